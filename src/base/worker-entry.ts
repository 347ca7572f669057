import { environment } from "./environment.ts";

/**
 * What a worker thread starts with to run the module `file`. It inherits Node's options, `--input-type` too, with which Node
 * runs no file: there it is a text that imports the file, and the others, such as `--import`, hold in it as in the program.
 */
export function workerEntry(file: URL): URL {
  if (!environment().programText) return file;
  return new URL(`data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(file.href)};`)}`);
}
