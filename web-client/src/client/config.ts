// Loads the configuration that the Helpline server gives to every page before sign-in.

import { LIMITS, type ClientConfig } from '../protocol/generated.ts'
import { decodeConfig } from '../protocol/decode-rest.ts'
import { thisPage, type Page } from './browser.ts'

const NONE: ClientConfig = { token_url: null, sign_in_url: null, sign_out_url: null, home_url: null, roles_managed: false, links: [], languages: ['en'], dev: false, features: [], attachments_max: LIMITS.attachments_max, attachment_bytes_max: LIMITS.attachment_bytes_max }

/** Thrown if the Helpline server responds, but does not accept requests from this site. */
export class SiteRefused extends Error {}

/** If the server does not respond within this time, the page reports that the server is unreachable and offers a retry. */
const TIMEOUT_MS = 15_000

/** Thrown if neither the server's configuration nor the page's options say where to get access tokens. */
export class NoSignIn extends Error {}

/**
 * Loads the server's configuration. If an older server responds 404, returns an empty configuration with demo accounts enabled; the page's own
 * options then apply.
 */
export async function loadConfig(origin: string, timeout_ms = TIMEOUT_MS, page: Pick<Page, 'fetch' | 'location'> = thisPage): Promise<ClientConfig> {
  try {
    const response = await page.fetch(`${origin}/v1/config`, { signal: AbortSignal.timeout(timeout_ms) })
    if (response.status === 404) return { ...NONE, dev: true }
    const config = response.ok ? decodeConfig(await response.json()) : null
    if (config !== null) return config
  } catch {
    // The configuration could not be loaded. The code below finds out why, and throws.
  }
  if (origin !== page.location.origin && (await isThere(origin, page))) {
    console.error(`Helpline: ${origin} answers, but not to this site. Is ${page.location.origin} among its --origins?`)
    throw new SiteRefused()
  }
  throw new Error('no config')
}

/** Whether the server responds at all. Requests a script that every site may load. */
async function isThere(origin: string, page: Pick<Page, 'fetch'>): Promise<boolean> {
  try {
    return (await page.fetch(`${origin}/mount.js`, { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) })).ok
  } catch {
    return false
  }
}
