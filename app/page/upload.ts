import type { Reply } from "./insist.ts";
import { headersOf, parsed } from "./request.ts";

interface Upload {
  file: Blob;
  token: string;
  key: string;
  /** Told how much of it is sent, from 0 to 1. */
  onProgress: (share: number) => void;
}

/** The service takes a minute to receive a file and half a minute for the rest. */
const patienceMs = 120_000;

/** An attempt to put a file somewhere. `fetch` does not say how much of it is sent. */
export function uploadOf(path: string, { file, token, key, onProgress }: Upload): () => Promise<Reply> {
  return () =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("PUT", path);
      const type = file.type || "application/octet-stream";
      for (const [name, value] of Object.entries(headersOf({ token, key, type })))
        request.setRequestHeader(name, value);
      request.timeout = patienceMs;
      request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
      request.onload = () =>
        resolve({
          status: request.status,
          retryAfter: request.getResponseHeader("retry-after"),
          body: parsed(request.responseText),
        });
      request.onerror = request.ontimeout = () => reject(new Error("The upload has no answer."));
      request.send(file);
    });
}
