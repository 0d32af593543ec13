// Tests the types in widget.d.ts. Platforms copy this file, so it must equal the loader's own types and the listing in docs/embedding.md.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Api, Events, Options } from '../src/apps/widget/loader.ts'
import type { HelplineEvents, HelplineOptions, HelplineWidget } from '../widget.d.ts'

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false

test('the types are the loader’s', () => {
  // The compiler does the check: these lines do not compile if the types differ.
  const options: Same<Options, HelplineOptions> = true
  const events: Same<Events, HelplineEvents> = true
  const calls: Same<keyof Api, keyof HelplineWidget> = true
  const fits: Api extends HelplineWidget ? true : false = true
  expect([options, events, calls, fits]).toEqual([true, true, true, true])
})

test('docs/embedding.md contains them as they are', () => {
  const types = readFileSync(new URL('../widget.d.ts', import.meta.url), 'utf8')
  expect(readFileSync(new URL('../../docs/embedding.md', import.meta.url), 'utf8')).toContain(types)
})
