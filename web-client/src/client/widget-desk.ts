// How the desk wants its widget to look, and what it can do: told to everyone, without a token.

import { thisPage, type Page } from './browser.ts'
import { flag, isObject, list, text } from '../protocol/narrow.ts'
import { name as decodeName } from '../protocol/shape.ts'

const name = (value: unknown) => decodeName(value) ?? null

export interface Look {
  readonly teamName: string | null
  readonly greeting: string | null
  /** A `data:` address of a picture. */
  readonly logo: string | null
}

export interface DeskLook extends Look {
  /** Whether a category may be named while one writes. */
  readonly asksCategory: boolean
}

export const NO_LOOK: DeskLook = { teamName: null, greeting: null, logo: null, asksCategory: false }
type DeskPage = Pick<Page, 'fetch'>
const TIMEOUT_MS = 15_000

/** A desk that says nothing looks as it always did. */
export async function loadLook(page?: DeskPage): Promise<DeskLook> {
  const value = await load('/v1/widget', page)
  if (!isObject(value)) return NO_LOOK
  return { teamName: name(value['team_name']), greeting: name(value['greeting']), logo: pictureOf(value['logo']), asksCategory: flag(value['asks_category']) ?? false }
}

/** By name; null: the desk cannot be asked. */
export async function loadFeatures(page?: DeskPage): Promise<readonly string[] | null> {
  const value = await load('/v1/config', page)
  return isObject(value) ? list(value['features'], text) : null
}

/** What `Helpline.init` was given, as far as it can be read. */
export function givenLook(value: Readonly<Record<string, unknown>>): Look {
  return { teamName: name(value['teamName']), greeting: name(value['greeting']), logo: pictureOf(value['logo']) }
}

/** What the page says wins over what the desk says. */
export function mergedLook(desk: DeskLook, page: Look): DeskLook {
  return { teamName: page.teamName ?? desk.teamName, greeting: page.greeting ?? desk.greeting, logo: page.logo ?? desk.logo, asksCategory: desk.asksCategory }
}

/** No page's policy lets a picture come from elsewhere. */
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
