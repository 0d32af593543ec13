// The widget's appearance and the desk's features, which the desk tells without a token.

import { thisPage, type Page } from './browser.ts'
import { flag, isObject, list, text } from '../protocol/narrow.ts'
import { name as decodeName } from '../protocol/shape.ts'

const name = (value: unknown) => decodeName(value) ?? null

export interface Look {
  readonly teamName: string | null
  readonly greeting: string | null
  /** A `data:` URL of a picture. */
  readonly logo: string | null
}

export interface DeskLook extends Look {
  /** Whether the writer may choose a category. */
  readonly asksCategory: boolean
}

export const NO_LOOK: DeskLook = { teamName: null, greeting: null, logo: null, asksCategory: false }
type DeskPage = Pick<Page, 'fetch'>
const TIMEOUT_MS = 15_000

/** Loads the widget's appearance; the default one if the desk does not answer. */
export async function loadLook(page?: DeskPage): Promise<DeskLook> {
  const value = await load('/v1/widget', page)
  if (!isObject(value)) return NO_LOOK
  return { teamName: name(value['team_name']), greeting: name(value['greeting']), logo: pictureOf(value['logo']), asksCategory: flag(value['asks_category']) ?? false }
}

/** The desk's feature names; null if the desk cannot be reached. */
export async function loadFeatures(page?: DeskPage): Promise<readonly string[] | null> {
  const value = await load('/v1/config', page)
  return isObject(value) ? list(value['features'], text) : null
}

/** The appearance options of `Helpline.init`, as far as they are valid. */
export function givenLook(value: Readonly<Record<string, unknown>>): Look {
  return { teamName: name(value['teamName']), greeting: name(value['greeting']), logo: pictureOf(value['logo']) }
}

/** The page's options take precedence over the desk's. */
export function mergedLook(desk: DeskLook, page: Look): DeskLook {
  return { teamName: page.teamName ?? desk.teamName, greeting: page.greeting ?? desk.greeting, logo: page.logo ?? desk.logo, asksCategory: desk.asksCategory }
}

/** Accepts only `data:` URLs: no page's policy allows pictures from elsewhere. */
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
