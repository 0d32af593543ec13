// What the desk tells every page before sign-in.

import type { ClientConfig } from '../protocol/generated.ts'
import { decodeConfig } from '../protocol/decode-rest.ts'
import { thisPage, type Page } from './browser.ts'

const NONE: ClientConfig = { token_url: null, sign_in_url: null, sign_out_url: null, home_url: null, links: [], languages: ['en'], dev: false, features: [] }

/** The desk answers, but does not allow pages of this site. */
export class SiteRefused extends Error {}

/** A desk that does not answer within this time counts as unreachable; the page then offers a retry. */
const TIMEOUT_MS = 15_000

/** Neither the desk nor the page says where tokens come from. */
export class NoSignIn extends Error {}

/** Loads the desk's configuration. An older desk has no such endpoint: then only the page's own options count, and demo people if there are any. */
export async function loadConfig(origin: string, timeout_ms = TIMEOUT_MS, page: Pick<Page, 'fetch' | 'location'> = thisPage): Promise<ClientConfig> {
  try {
    const response = await page.fetch(`${origin}/v1/config`, { signal: AbortSignal.timeout(timeout_ms) })
    if (response.status === 404) return { ...NONE, dev: true }
    const config = response.ok ? decodeConfig(await response.json()) : null
    if (config !== null) return config
  } catch {
    // Handled below: the page cannot start without the configuration.
  }
  if (origin !== page.location.origin && (await isThere(origin, page))) {
    console.error(`Helpline: ${origin} answers, but not to this site. Is ${page.location.origin} among its --origins?`)
    throw new SiteRefused()
  }
  throw new Error('no config')
}

/** Requests a script that every site may load. */
async function isThere(origin: string, page: Pick<Page, 'fetch'>): Promise<boolean> {
  try {
    return (await page.fetch(`${origin}/mount.js`, { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) })).ok
  } catch {
    return false
  }
}
