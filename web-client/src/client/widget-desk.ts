// Loads the widget's appearance. It is public, so the request needs no token.

import { thisPage, type Page } from './browser.ts'
import { flag, isObject, text } from '../protocol/narrow.ts'
import { name as decodeName } from '../protocol/shape-first.ts'

const name = (value: unknown) => decodeName(value) ?? null

export interface Look {
  readonly teamName: string | null
  readonly greeting: string | null
  /** The logo as a `data:` URL. */
  readonly logo: string | null
}

export interface DeskLook extends Look {
  /** Whether the customer can choose a category for the first message. */
  readonly asksCategory: boolean
}

export const NO_LOOK: DeskLook = { teamName: null, greeting: null, logo: null, asksCategory: false }
type DeskPage = Pick<Page, 'fetch'>
const TIMEOUT_MS = 15_000

/** Loads the widget's appearance. Returns the default appearance if the server does not respond. */
export async function loadLook(page?: DeskPage): Promise<DeskLook> {
  const value = await load('/v1/widget', page)
  if (!isObject(value)) return NO_LOOK
  return { teamName: name(value['team_name']), greeting: name(value['greeting']), logo: pictureOf(value['logo']), asksCategory: flag(value['asks_category']) ?? false }
}

/** Reads the appearance options of `Helpline.init`. Invalid options become null. */
export function givenLook(value: Readonly<Record<string, unknown>>): Look {
  return { teamName: name(value['teamName']), greeting: name(value['greeting']), logo: pictureOf(value['logo']) }
}

/** Combines the desk's appearance with the embedding page's options. The page's options take precedence. */
export function mergedLook(desk: DeskLook, page: Look): DeskLook {
  return { teamName: page.teamName ?? desk.teamName, greeting: page.greeting ?? desk.greeting, logo: page.logo ?? desk.logo, asksCategory: desk.asksCategory }
}

/** Accepts only `data:` URLs, because the Content-Security-Policy allows no images from other sites. */
function pictureOf(value: unknown): string | null {
  const address = text(value)
  return address?.startsWith('data:image/') === true ? address : null
}

async function load(path: string, page: DeskPage = thisPage): Promise<unknown> {
  try {
    const response = await page.fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    const value: unknown = response.ok ? await response.json() : null
    return value
  } catch {
    return null
  }
}
