/** The part of seek-bzip that is used; it has no types of its own. */
declare module 'seek-bzip' {
  const bunzip: {
    /** What bzip2 packed, unpacked; `multistream`: all streams of it, as they follow one another. Throws an Error when it is malformed. */
    decode(input: Buffer, output: undefined, multistream: boolean): Buffer;
  };
  export default bunzip;
}
