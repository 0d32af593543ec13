// Downloads a file from the server, with the name that the server gives it.

import type { Request, Result } from './request.ts'

/** The server may take up to 10 minutes to create a file, so wait one minute longer. */
const FILE_TIMEOUT_MS = 11 * 60_000

/**
 * Downloads a file. Fails if the download is interrupted. `otherwise` is the file's name if the response has no readable name, for example
 * because of CORS.
 */
export function requestFile(request: Request, path: string, otherwise: string): Promise<Result<File>> {
  const read = async (response: Response) => new File([await response.blob()], nameIn(response.headers.get('content-disposition')) ?? otherwise, { type: response.headers.get('content-type') ?? '' })
  return request(path, { read, timeout_ms: FILE_TIMEOUT_MS }, (value) => (value instanceof File ? value : null))
}

/** Returns the file name from a header such as `attachment; filename="…"`. Null if there is no name, or if it contains a path. */
function nameIn(disposition: string | null): string | null {
  const name = /\bfilename="([^"\\/]+)"/i.exec(disposition ?? '')?.[1]
  return name ?? null
}
