// Tokens for Helpline's own pages, from a URL of the host platform.

import { decodeToken } from '../protocol/decode-rest.ts'
import type { GetToken } from './auth.ts'
import { thisPage, type Page } from './browser.ts'

/** Returns a function that fetches a token from a URL of the web site that embeds Helpline. The request includes that site's cookies. */
export function tokenFrom(url: string, page: Pick<Page, 'fetch'> = thisPage): GetToken {
  return async () => {
    const response = await page.fetch(url, { credentials: 'include', headers: { accept: 'application/json' } })
    if (response.status === 401 || response.status === 403) return null
    const token = response.ok ? decodeToken(await response.json()) : null
    if (token === null) throw new Error('no token')
    return token
  }
}
