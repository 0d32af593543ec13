// Hands a file from the server to the browser as a download.

import type { Clock } from '../connection/transport.ts'
import { clock, thisPage } from './browser.ts'

interface Edges {
  readonly urls: Pick<typeof URL, 'createObjectURL' | 'revokeObjectURL'>
  readonly link: () => Pick<HTMLAnchorElement, 'href' | 'download' | 'click'>
  readonly time: Pick<Clock, 'after'>
}

/** Some browsers start to read the file only after the click is over. */
const KEPT_MS = 60_000

const browser = (page: { readonly document: Pick<Document, 'createElement'> } = thisPage): Edges => ({ urls: URL, link: () => page.document.createElement('a'), time: clock })

/** Saves `file` under its own name. */
export function download(file: File, { urls, link, time }: Edges = browser()): void {
  const url = urls.createObjectURL(file)
  const anchor = link()
  anchor.href = url
  anchor.download = file.name
  anchor.click()
  time.after(KEPT_MS, () => urls.revokeObjectURL(url))
}
