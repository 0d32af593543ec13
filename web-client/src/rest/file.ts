// A file that the server makes, with its name.

import type { Request, Result } from './request.ts'

/** The server makes a file as long as 10 minutes. */
const FILE_TIMEOUT_MS = 11 * 60_000

/** The whole file; one that breaks off is none. `otherwise`: its name where the server gives none, or gives it to pages of its own address only. */
export function requestFile(request: Request, path: string, otherwise: string): Promise<Result<File>> {
  const read = async (response: Response) => new File([await response.blob()], nameIn(response.headers.get('content-disposition')) ?? otherwise, { type: response.headers.get('content-type') ?? '' })
  return request(path, { read, timeout_ms: FILE_TIMEOUT_MS }, (value) => (value instanceof File ? value : null))
}

/** Of `attachment; filename="…"`: a name without folders; null: there is none. */
function nameIn(disposition: string | null): string | null {
  const name = /\bfilename="([^"\\/]+)"/i.exec(disposition ?? '')?.[1]
  return name ?? null
}
