// A file created by the server, with its name.

import type { Request, Result } from './request.ts'

/** The server may take up to 10 minutes for a file. */
const FILE_TIMEOUT_MS = 11 * 60_000

/** Downloads a whole file; fails if it breaks off. `otherwise` is its name if the server gives none or hides it from other origins. */
export function requestFile(request: Request, path: string, otherwise: string): Promise<Result<File>> {
  const read = async (response: Response) => new File([await response.blob()], nameIn(response.headers.get('content-disposition')) ?? otherwise, { type: response.headers.get('content-type') ?? '' })
  return request(path, { read, timeout_ms: FILE_TIMEOUT_MS }, (value) => (value instanceof File ? value : null))
}

/** The file name in `attachment; filename="…"`, without folders; null if there is none. */
function nameIn(disposition: string | null): string | null {
  const name = /\bfilename="([^"\\/]+)"/i.exec(disposition ?? '')?.[1]
  return name ?? null
}
