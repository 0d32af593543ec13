// Offers a file from the server to the person as a browser download.

import type { Clock } from '../connection/transport.ts'
import { clock, thisPage } from './browser.ts'

interface Edges {
  readonly urls: Pick<typeof URL, 'createObjectURL' | 'revokeObjectURL'>
  readonly link: () => Pick<HTMLAnchorElement, 'href' | 'download' | 'click'>
  readonly time: Pick<Clock, 'after'>
}

/** The time after which the file's object URL is revoked. Some browsers start to read the file only after the click handler has returned. */
const KEPT_MS = 60_000

const browser = (page: { readonly document: Pick<Document, 'createElement'> } = thisPage): Edges => ({ urls: URL, link: () => page.document.createElement('a'), time: clock })

/** Starts the download of `file` under its own file name. */
export function download(file: File, { urls, link, time }: Edges = browser()): void {
  const url = urls.createObjectURL(file)
  const anchor = link()
  anchor.href = url
  anchor.download = file.name
  anchor.click()
  time.after(KEPT_MS, () => urls.revokeObjectURL(url))
}
