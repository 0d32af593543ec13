// What the desk tells every page before anybody has signed in.

import type { ClientConfig } from '../protocol/generated.ts'
import { decodeConfig } from '../protocol/decode-rest.ts'
import { thisPage, type Page } from './browser.ts'

const NONE: ClientConfig = { token_url: null, sign_in_url: null, sign_out_url: null, home_url: null, links: [], languages: ['en'], dev: false, features: [] }

/** The desk is there, but lets no page of this site in. */
export class SiteRefused extends Error {}

/** A desk that says nothing for so long is taken for away: the page says so, with a way to try again. */
const TIMEOUT_MS = 15_000

/** Neither the desk nor the page says where tokens come from. */
export class NoSignIn extends Error {}

/** An older desk has no such page: then only what the page itself was given counts, and demo people if there are any. */
export async function loadConfig(origin: string, timeout_ms = TIMEOUT_MS, page: Pick<Page, 'fetch' | 'location'> = thisPage): Promise<ClientConfig> {
  try {
    const response = await page.fetch(`${origin}/v1/config`, { signal: AbortSignal.timeout(timeout_ms) })
    if (response.status === 404) return { ...NONE, dev: true }
    const config = response.ok ? decodeConfig(await response.json()) : null
    if (config !== null) return config
  } catch {
    // Told below: the page cannot start without it, and says so.
  }
  if (origin !== page.location.origin && (await isThere(origin, page))) {
    console.error(`Helpline: ${origin} answers, but not to this site. Is ${page.location.origin} among its --origins?`)
    throw new SiteRefused()
  }
  throw new Error('no config')
}

/** The script that every site may load answers here as well. */
async function isThere(origin: string, page: Pick<Page, 'fetch'>): Promise<boolean> {
  try {
    return (await page.fetch(`${origin}/mount.js`, { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) })).ok
  } catch {
    return false
  }
}
