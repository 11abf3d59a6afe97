/**
 * The script of the HTML report: plain JavaScript for browsers, which is not compiled. Everything from the data reaches the page by `textContent`.
 * The tree has a row for each folder and difference; only the rows in sight are in the page.
 */
export const PAGE_SCRIPT = String.raw`
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const WORDS = { equal: 'digest equal', repacked: 'contents equal, packed differently', different: 'differs' };
const LEADS = {
  equal: 'Both names lead to the same bytes.',
  repacked: 'A container of either sees the same. What differs is how the layers are packed.',
  different: 'A container, or somebody who inspects the image, sees something else.',
};
const ROW = 26;
const causes = new Map(data.causes.map((each) => [each.cause, each]));

/** An element with properties, attributes ('aria-…', 'data-…', 'role' …) and children; strings become text. */
function el(tag, props, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(props || {})) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (key === 'class') made.className = value;
    else made.setAttribute(key, value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) made.append(child);
  return made;
}
function size(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (bytes >= 1000 && unit < units.length - 1) { bytes /= 1000; unit++; }
  return (unit === 0 ? bytes : bytes.toFixed(bytes < 10 ? 2 : 1)) + ' ' + units[unit];
}
const number = (value) => value.toLocaleString('en-US');
const plural = (value, word) => number(value) + ' ' + word + (value === 1 ? '' : 's');
/** What would turn the direction of writing, or cannot be seen, as its code. */
function visible(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (c) => '\\u{' + c.charCodeAt(0).toString(16) + '}');
}
function bar(parts) {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('class', 'bar');
  svg.setAttribute('viewBox', '0 0 100 10');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  for (const [name, from, width, top, height] of parts) {
    const rect = document.createElementNS(ns, 'rect');
    rect.setAttribute('class', name);
    rect.setAttribute('x', from);
    rect.setAttribute('y', top || 0);
    rect.setAttribute('width', Math.max(width, width > 0 ? 0.8 : 0));
    rect.setAttribute('height', height || 10);
    svg.append(rect);
  }
  return svg;
}

const state = { platform: 0, cause: '', layer: -1, presence: '', query: '', selected: null, closed: new Set(), shownAll: false };
const page = document.getElementById('page');
let view;

/** Everything that is drawn once a platform. */
function drawPage() {
  const platform = data.platforms[state.platform];
  const side = (name, { address, kind, digest }) => [el('b', {}, name), el('div', {}, el('span', { class: 'mono' }, visible(address)), ' ', el('span', { class: 'digest' }, kind + (digest === '' ? '' : ' · ' + digest)))];
  const ignored = data.causes.reduce((sum, each) => sum + each.ignored, 0);
  const lead = LEADS[data.verdict] + (ignored > 0 ? ' ' + number(ignored) + ' differences are ignored, as asked for.' : '');
  const count = platform.differences.length + platform.omitted + data.differences.length;
  const parts = [
    el('header', {},
      el('div', { class: 'what' }, el('h1', { class: 'verdict ' + data.verdict, id: 'verdict' }, WORDS[data.verdict]), el('p', { class: 'lead' }, lead, count === 0 ? '' : ' ' + plural(count, 'difference') + ' on ' + platform.platform + '.'), data.notes.map((note) => el('p', { class: 'lead' }, visible(note)))),
      el('div', { class: 'sides' }, side('A', data.a), side('B', data.b))),
    data.platforms.length > 1 ? el('div', { class: 'tabs', role: 'tablist' }, data.platforms.map((each, at) =>
      el('button', { role: 'tab', 'data-platform': String(at), 'aria-selected': String(at === state.platform), onclick: () => { Object.assign(state, { platform: at, cause: '', layer: -1, selected: null, closed: new Set() }); drawPage(); document.querySelector('[data-platform="' + at + '"]').focus(); } }, each.platform + ' ', el('span', { class: 'badge ' + each.verdict }, WORDS[each.verdict])))) : null,
    el('div', { class: 'top' }, el('section', { class: 'card', id: 'causes' }), el('section', { class: 'card', id: 'layers' })),
    platform.packages.length === 0 ? null : el('section', { class: 'card', id: 'packages' }, el('h2', {}, plural(platform.packages.length, 'package') + ' in another version'),
      el('div', { class: 'packages' }, platform.packages.slice(0, 2000).map((each) => el('span', {}, visible(each.name) + ' ', el('code', {}, visible((each.a || 'none') + ' → ' + (each.b || 'none'))))))),
    el('div', { class: 'body' },
      el('section', { class: 'card' }, tools(), el('div', { class: 'rows', role: 'tree', tabindex: '0', 'aria-label': 'differences', id: 'rows', onscroll: drawRows, onkeydown: onKey }, el('div', { id: 'space' }))),
      el('section', { class: 'card detail', id: 'detail', 'aria-live': 'polite' })),
  ];
  page.replaceChildren(...parts.filter((part) => part !== null));
  // The first thing to see is a file whose lines differ, if there is one.
  state.selected = differences().find((each) => each.content !== undefined && each.content.kind === 'text') || differences()[0] || null;
  refresh();
}

function tools() {
  const presences = [['', 'all'], ['both', 'changed'], ['only-a', 'only in A'], ['only-b', 'only in B']];
  const select = el('select', { 'aria-label': 'which side', id: 'presence', onchange: (event) => { state.presence = event.target.value; refresh(); } }, presences.map(([value, text]) => el('option', { value }, text)));
  select.value = state.presence;
  const search = el('input', { type: 'search', placeholder: 'find a path, a field, a value', 'aria-label': 'find', id: 'search', oninput: (event) => { state.query = event.target.value.toLowerCase(); refresh(); } });
  search.value = state.query;
  return el('div', { class: 'tools' }, search, select,
    el('button', { class: 'plain', onclick: () => setAll(true) }, 'close all'), el('button', { class: 'plain', onclick: () => setAll(false) }, 'open all'), el('span', { class: 'shown', id: 'shown' }));
}

/** All differences of the platform, those of the whole first. */
function differences() {
  return data.differences.concat(data.platforms[state.platform].differences);
}
function matches(each) {
  if (state.layer >= 0 && each.layer !== state.layer) return false;
  if (state.presence !== '' && each.presence !== state.presence) return false;
  if (state.cause !== '' && !each.changes.some((change) => change.cause === state.cause)) return false;
  if (state.query === '') return true;
  return each.subject.toLowerCase().includes(state.query) || each.changes.some((change) => (change.field + ' ' + change.a + ' ' + change.b + ' ' + change.cause).toLowerCase().includes(state.query));
}

/** The tree of what the filters leave: folders by their names, other parts of the image before them. */
function buildTree(list) {
  const root = { name: '', path: '', folders: new Map(), items: [], count: 0 };
  const folder = (parent, name, path) => {
    let found = parent.folders.get(name);
    if (found === undefined) { found = { name, path, folders: new Map(), items: [], count: 0 }; parent.folders.set(name, found); }
    found.count++;
    return found;
  };
  for (const each of list) {
    root.count++;
    let node = root;
    let name = each.subject;
    if (each.scope === 'entry') {
      const parts = each.subject.split('/').slice(1);
      name = parts.pop();
      let path = '';
      for (const part of parts) { path += '/' + part; node = folder(node, part, path); }
    } else node = folder(root, '\u0000' + each.scope, '\u0000' + each.scope);
    node.items.push({ name: name === '' ? '/' : name, each });
  }
  return root;
}
function flatten(node, depth, rows) {
  const folders = [...node.folders.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const folder of folders) {
    // Folders with nothing but one folder in them are one row: 'usr/lib/python3'.
    let each = folder;
    let name = each.name;
    while (each.items.length === 0 && each.folders.size === 1) { each = [...each.folders.values()][0]; name += '/' + each.name; }
    const isClosed = state.closed.has(each.path);
    rows.push({ kind: 'folder', depth, node: each, name, isClosed });
    if (!isClosed) flatten(each, depth + 1, rows);
  }
  for (const item of node.items.sort((a, b) => (a.name < b.name ? -1 : 1))) rows.push({ kind: 'item', depth, item });
  return rows;
}

function refresh() {
  // What is drawn anew keeps the focus: a keyboard goes on where it was.
  const focused = document.activeElement;
  const key = focused === null ? undefined : Object.keys(focused.dataset)[0];
  const name = key === undefined ? '' : '[data-' + key + '="' + focused.dataset[key] + '"]';
  redraw();
  if (name !== '' && !focused.isConnected) document.querySelector(name)?.focus();
}
function redraw() {
  const all = differences();
  const list = all.filter(matches);
  const tree = buildTree(list);
  view = { tree, rows: flatten(tree, 0, []), list };
  if (state.selected !== null && !list.includes(state.selected)) state.selected = null;
  const omitted = data.platforms[state.platform].omitted;
  document.getElementById('shown').textContent = number(list.length) + ' of ' + number(all.length) + (omitted > 0 ? ' (' + number(omitted) + ' more are not listed)' : '');
  drawCauses();
  drawLayers();
  drawRows();
  drawDetail();
}
function relist() {
  view.rows = flatten(view.tree, 0, []);
  drawRows();
}
function setAll(isClosed) {
  state.closed = new Set();
  const visit = (node) => { for (const each of node.folders.values()) { state.closed.add(each.path); visit(each); } };
  if (isClosed) visit(view.tree);
  relist();
}

/** Counts by cause of what the other filters leave, so that a bar says what its click shows. */
function drawCauses() {
  const target = document.getElementById('causes');
  const counts = new Map();
  for (const each of differences()) for (const change of each.changes) counts.set(change.cause, (counts.get(change.cause) || 0) + 1);
  const most = Math.max(1, ...counts.values());
  const pick = (cause) => () => { state.cause = state.cause === cause ? '' : cause; refresh(); };
  const rows = data.causes.filter((each) => counts.has(each.cause)).sort((a, b) => Number(a.isPacking) - Number(b.isPacking) || counts.get(b.cause) - counts.get(a.cause)).map((each) =>
    el('button', { class: 'bar-row', 'aria-pressed': String(state.cause === each.cause), 'data-cause': each.cause, title: each.remedy, onclick: pick(each.cause) },
      el('span', { class: 'name' }, each.title), bar([[each.isPacking ? 'packing' : 'real', 0, (100 * counts.get(each.cause)) / most]]), el('span', { class: 'count' }, number(counts.get(each.cause)))));
  const chosen = causes.get(state.cause);
  target.replaceChildren(el('h2', {}, 'why they differ'), ...(rows.length === 0 ? [el('p', { class: 'empty' }, 'Nothing differs here.')] : rows), ...(chosen === undefined ? [] : [el('p', { class: 'remedy' }, el('b', {}, 'What removes it: '), chosen.remedy)]));
}

function drawLayers() {
  const layers = data.platforms[state.platform].layers;
  const sizeOf = (sides) => sides.reduce((sum, each) => sum + each.size, 0);
  const most = Math.max(1, ...layers.map((each) => Math.max(sizeOf(each.a), sizeOf(each.b))));
  const numbers = (sides) => sides.map((each) => each.index + 1).join('+') || '–';
  const rows = layers.map((layer, at) => {
    const [a, b] = [numbers(layer.a), numbers(layer.b)];
    const title = [layer.createdBy, 'A: ' + layer.a.map((each) => each.digest || each.diffId).join(', '), 'B: ' + layer.b.map((each) => each.digest || each.diffId).join(', ')].join('\n');
    return el('button', { class: 'bar-row layer-row', 'aria-pressed': String(state.layer === at), 'data-layer': String(at), title: visible(title), onclick: () => { state.layer = state.layer === at ? -1 : at; refresh(); } },
      el('span', { class: 'mono' }, a === b ? a : a + '/' + b),
      el('span', {}, el('span', { class: 'badge ' + layer.verdict }, layer.verdict === 'equal' ? 'equal' : layer.verdict === 'repacked' ? 'repacked' : number(layer.differences))),
      el('span', { class: 'made mono' }, visible(layer.createdBy.replace(/^\/bin\/sh -c (#\(nop\) )?/, '')) || 'layer'),
      bar([['a', 0, (100 * sizeOf(layer.a)) / most, 0, 4.5], ['b', 0, (100 * sizeOf(layer.b)) / most, 5.5, 4.5]]),
      el('span', { class: 'count' }, size(Math.max(sizeOf(layer.a), sizeOf(layer.b)))));
  });
  document.getElementById('layers').replaceChildren(el('h2', {}, plural(layers.length, 'layer') + ', size in A above, in B below'), ...rows);
}

/** Puts the rows in sight on the page. */
function drawRows() {
  const target = document.getElementById('rows');
  const space = document.getElementById('space');
  const rows = view.rows;
  space.style.height = rows.length * ROW + 'px';
  target.style.setProperty('--rows', rows.length * ROW + 12 + 'px');
  const first = Math.max(0, Math.floor(target.scrollTop / ROW) - 10);
  const last = Math.min(rows.length, Math.ceil((target.scrollTop + target.clientHeight) / ROW) + 10);
  const made = [];
  for (let at = first; at < last; at++) made.push(drawRow(rows[at], at));
  if (rows.length === 0) made.push(el('p', { class: 'empty' }, data.verdict === 'equal' ? 'The images are the same.' : 'Nothing differs under these filters.'));
  target.replaceChildren(space, ...made);
  const selected = made.find((each) => each.getAttribute('aria-selected') === 'true');
  if (selected === undefined) target.removeAttribute('aria-activedescendant');
  else target.setAttribute('aria-activedescendant', selected.id);
}
function drawRow(row, at) {
  const isFolder = row.kind === 'folder';
  const isSelected = isFolder ? row.node === state.selected : row.item.each === state.selected;
  const made = el('div', { class: 'row', role: 'treeitem', id: 'row-' + at, 'aria-level': String(row.depth + 1), 'aria-selected': String(isSelected), onclick: () => choose(at) });
  made.style.top = at * ROW + 'px';
  made.style.paddingLeft = 4 + row.depth * 16 + 'px';
  if (isFolder) {
    made.setAttribute('aria-expanded', String(!row.isClosed));
    const name = row.name.startsWith('\u0000') ? row.name.slice(1) : row.name + '/';
    made.append(el('span', { class: 'twist' }, row.isClosed ? '▸' : '▾'), el('span', { class: 'name', title: visible(row.node.path.startsWith('\u0000') ? name : row.node.path) }, visible(name)), el('span', { class: 'tail' }, number(row.node.count)));
  } else {
    const { each, name } = row.item;
    made.append(el('span', { class: 'twist' }), el('span', { class: 'mark ' + each.presence, title: each.presence }, { both: '~', 'only-a': '−', 'only-b': '+' }[each.presence]),
      el('span', { class: 'name', title: visible(each.subject) }, visible(name)), el('span', { class: 'tail' }, [...new Set(each.changes.map((change) => change.cause))].join(', ')));
  }
  return made;
}
function choose(at) {
  const row = view.rows[at];
  if (row === undefined) return;
  if (row.kind === 'folder') {
    state.selected = row.node;
    if (state.closed.has(row.node.path)) state.closed.delete(row.node.path);
    else state.closed.add(row.node.path);
    relist();
    return;
  }
  state.selected = row.item.each;
  drawRows();
  drawDetail();
  // On a narrow screen it is below the list.
  if (matchMedia('(max-width: 960px)').matches) document.getElementById('detail').scrollIntoView({ block: 'nearest' });
}
function onKey(event) {
  const at = view.rows.findIndex((row) => (row.kind === 'folder' ? row.node : row.item.each) === state.selected);
  const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -Infinity, End: Infinity }[event.key];
  const row = view.rows[at];
  if (step !== undefined) {
    const next = Math.min(Math.max(at + step, 0), view.rows.length - 1);
    const found = view.rows[next];
    if (found === undefined) return;
    state.selected = found.kind === 'folder' ? found.node : found.item.each;
    const target = document.getElementById('rows');
    if (next * ROW < target.scrollTop) target.scrollTop = next * ROW;
    if ((next + 1) * ROW > target.scrollTop + target.clientHeight) target.scrollTop = (next + 1) * ROW - target.clientHeight;
    drawRows();
    drawDetail();
  } else if (row !== undefined && row.kind === 'folder' && (event.key === 'Enter' || (event.key === 'ArrowLeft') !== row.isClosed && /^Arrow(Left|Right)$/.test(event.key))) choose(at);
  else return;
  event.preventDefault();
}

function drawDetail() {
  const target = document.getElementById('detail');
  const each = state.selected;
  if (each === null || each.changes === undefined) {
    target.replaceChildren(el('p', { class: 'empty' }, view.list.length === 0 ? '' : 'Choose a file to see how it differs. Arrow keys work too; / searches, Escape shows all again.'));
    return;
  }
  const layer = each.layer === undefined ? undefined : data.platforms[state.platform].layers[each.layer];
  const where = [each.scope === 'entry' ? each.entryType : each.scope, layer === undefined ? null : 'layer ' + (each.layer + 1), each.sizes === undefined ? null : size(each.sizes[0]) + (each.sizes[0] === each.sizes[1] ? '' : ' → ' + size(each.sizes[1])), each.presence === 'both' ? null : each.presence === 'only-a' ? 'only in A' : 'only in B'];
  const rows = each.changes.map((change) => el('tr', {}, el('td', {}, visible(change.field)), el('td', { class: 'value' }, visible(change.a) || '–'), el('td', { class: 'value' }, visible(change.b) || '–')));
  const why = [...new Set(each.changes.map((change) => change.cause))].map((cause) => {
    const facts = causes.get(cause);
    const own = each.changes.find((change) => change.cause === cause && change.remedy !== undefined);
    return el('p', { class: 'remedy' }, el('b', {}, facts === undefined ? cause : facts.title), el('br'), 'What removes it: ', own !== undefined ? own.remedy : facts === undefined ? '' : facts.remedy);
  });
  target.replaceChildren(el('h3', {}, visible(each.subject)), el('div', { class: 'lead' }, where.filter((part) => part !== null && part !== undefined).join(' · ')), layer === undefined || layer.createdBy === '' ? '' : el('div', { class: 'lead mono' }, visible(layer.createdBy)),
    el('table', {}, el('thead', {}, el('tr', {}, el('th', {}, 'field'), el('th', {}, 'A'), el('th', {}, 'B'))), el('tbody', {}, rows)), ...why, contentOf(each.content));
}
function contentOf(content) {
  if (content === undefined) return '';
  if (content.kind === 'binary') return el('div', { class: 'diff', id: 'diff' }, el('div', { class: 'at' }, 'first difference at byte ' + number(content.offset)), el('div', { class: 'del' }, content.a), el('div', { class: 'add' }, content.b));
  const lines = content.lines.map((line) => el('div', { class: line.startsWith('@@') ? 'at' : line.startsWith('-') ? 'del' : line.startsWith('+') ? 'add' : '' }, visible(line) || ' '));
  if (content.isCut) lines.push(el('div', { class: 'at' }, '… the rest is not in this report'));
  const made = el('div', { class: 'diff', id: 'diff' }, lines);
  made.style.marginTop = '10px';
  return made;
}

if (data.platforms.length > 0) drawPage();
// '/' goes to the search, Escape takes the filters back.
addEventListener('keydown', (event) => {
  const isTyping = document.activeElement !== null && /^(INPUT|SELECT)$/.test(document.activeElement.tagName);
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey) {
    document.getElementById('search')?.focus();
    event.preventDefault();
  } else if (event.key === 'Escape' && view !== undefined && (state.cause !== '' || state.layer !== -1 || state.presence !== '' || state.query !== '')) {
    Object.assign(state, { cause: '', layer: -1, presence: '', query: '' });
    document.getElementById('search').value = '';
    document.getElementById('presence').value = '';
    refresh();
  }
});
addEventListener('resize', () => { if (view !== undefined) drawRows(); });
`;
