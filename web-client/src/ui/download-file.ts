// Downloads a message's file: asks the server for an address that is valid for a short time, and opens it.

import type { FileAccess } from '../client/file-access.ts'
import type { Problem } from '../protocol/model.ts'

/** Returns why the file cannot be downloaded, or null if the browser has begun to download it. */
export async function downloadFile(access: FileAccess, id: string, name: string): Promise<Problem | null> {
  const files = await access.load().catch(() => null)
  if (files === null) return { status: 0, code: 'unreachable', title: '', retry_after_ms: null, head: null }
  const result = await files.rest.link(id)
  if (!result.ok) return result.problem
  const address = new URL(result.value.url, access.origin)
  const link = document.createElement('a')
  link.href = address.href
  link.rel = 'noreferrer noopener'
  // If the download fails, the browser must not show the error in place of this page. For an address of this origin, `download` ensures
  // that. For an address of another origin the browser ignores `download`, so open a new tab, which the browser closes when it downloads.
  if (address.origin === location.origin) link.download = name
  else link.target = '_blank'
  link.click()
  return null
}
