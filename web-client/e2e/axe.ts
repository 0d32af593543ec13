// Helpers that check WCAG 2.2 AA with axe-core.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Frame, Page } from 'playwright-core'
import { expect } from 'vitest'
import { isObject } from '../src/protocol/narrow.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

async function violations(place: Page | Frame): Promise<readonly string[]> {
  await place.evaluate(AXE)
  const result: unknown = await place.evaluate("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] })")
  const found = isObject(result) && Array.isArray(result['violations']) ? result['violations'] : ['axe said nothing']
  return found.map((one: unknown) => (isObject(one) ? `${String(one['id'])}: ${JSON.stringify(Array.isArray(one['nodes']) ? one['nodes'].slice(0, 3).map((node: unknown) => (isObject(node) ? [node['target'], node['failureSummary']] : node)) : '')}` : String(one)))
}

/** Expects no WCAG violation in the light and in the dark theme. */
export async function bothThemes(name: string, page: Page, place: Page | Frame = page) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await violations(place), `${name}, ${colorScheme}`).toEqual([])
  }
}
