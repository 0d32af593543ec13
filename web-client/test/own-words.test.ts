import { expect, test } from 'vitest'
import { tWord } from '../src/locales/index.ts'
import { tOwnStatus } from '../src/locales/own-status.ts'
import '../src/locales/ticket.ts'
import { CATEGORIES, PRIORITIES, STATUSES } from '../src/protocol/generated.ts'

// This file must not import `locales/team.ts`, which adds the team's sentences: customers do not load that file.
test('customers read a sentence for every status, priority and category, never the protocol’s word', () => {
  for (const status of STATUSES) expect(tOwnStatus(status), status).toMatch(/^\p{Lu}/u)
  for (const priority of PRIORITIES) expect(tWord('priority', priority), priority).toMatch(/^\p{Lu}/u)
  for (const category of CATEGORIES) expect(tWord('category', category), category).toMatch(/^\p{Lu}/u)
})
