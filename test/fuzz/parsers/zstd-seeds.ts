/** What the program zstd 1.5 made of a few files: blocks of each kind, and tables of each kind. */
const FRAMES = [
  // numbers: Huffman and FSE tables of its own
  'KLUv/WREAzUOAEpEBAcJsOskSYhwUph1bQBrAGsAyx13b95wn2122WSPLXbYtWmDfbXVVVM9tdRRt2YN9dFGF0300EIHXZo00DfbXDPNM8scc2fOMJ9scskkjyxyyJUpg3yxxRVTPLHEETdmDPF169WpT5cevZ0d+nHjxYkPFx68nBz4bdf0LMedAcSDeImTOBC/4Ta8htPwGS7DY3iHczgMP+EmvIST8BEuwkN4hVM4CL/gFryCU/AJLsEjeIMzOAS/ciuvciqfcimP8pazHMqP3MiLnMiHXMiDvOQkB/IDbsALOAEf4AI8gBc4gQPwu+2um+65jc7oEP3arb3aqX3apT3a2852aD92Yy92Yh92YQ/2spMd2A+6QS/oBH2gC/SAXuiEDtDvuB2v43R8jsvxON7jPA7Hz7gZL+NkfIyL8TBe4zQOxq+4Fa/iVHyKS/Eo3uIsDsWPuBEv4kR8iEsDxHfdrtd1uj7X5Xpc73Veh+tn3ayXdbI+1sV6WK91WgfrV92qV3WqPtWlelRvdVaH6kfdqBd1oj7UhXpQL3VSB+o33abXdJo+02V6TO90TofpJ92kl3SSPtJFekivdEoH6Rfdold0ij7RJXpEDwA1Xpax',
  // lines that come again: repeated offsets
  'KLUv/WTEBLUDADKFEBGgPaAP/3ioKmVvaUmJr99TI+9c3tkUsdxuyOg15Z3LO4vl9hXD+JMmg0uD1fMYWkglUwU1ORg1yJmkKqhmNT3WAiyocczd/zOwmYYDETQc4f89QiP4Awlq/7351fWT9iO335eu/3uecTwDzXSAm0XrrgI96qFK',
  // zeros: a block of one byte
  'KLUv/WQsAE0AABAAAAEAJyrAApDqADo=',
  // an ELF header
  'KLUv/STIXQIAwsUNF7CpNWCTJMlaOQF1deWtRYTyrkV7b5kC1y1xNXxd/YMU/X0dWDRe4fGmxfnf30C3SNUsKUzyBAggwA88IbCMS1gy7jQgmUBxSJm3FA==',
  // as it was read from a pipe: no size in the header
  'KLUv/QRYDQcAMgkhJoDF6XuKoiiKUvjCIJYtyTgkIWQYK7R7772llD4JF2iBDx76re0U64fG0HzABAT+C4544s4Lh3fOPCh3/gD8X2e8+VqMA9K4uF7oeuFrrPE11sh0uRt07jVcxmLr423LrK2sxXaPX1vIBM3FJD2RJyspIyqhCVVJRWWBqoyojJrQJEkCQKhxoDooVTZ2A6CDFBYOEmBQuBRFUBFUBBTB3xQ0BPv+BjlsARQt84h3P0fUmQqur0apZObn7Ho7x3VHPvrguupfpzPynYRmSruLSGJZk/AkCzTbHmdRvlUByRTaNg==',
];

export const ZSTD_FRAMES: readonly Uint8Array[] = FRAMES.map((each) => Buffer.from(each, 'base64'));
