// Tests of the people who were deleted on the operator's platform, and of an admin's decisions about them.

import { expect, test } from 'vitest'
import { createErasures } from '../src/client/erasures.ts'
import type { ErasureProposal } from '../src/protocol/generated.ts'
import { createErasuresRest } from '../src/rest/erasures.ts'
import type { Rest } from '../src/rest/client.ts'
import type { Result } from '../src/rest/request.ts'

const proposal = (person: string): ErasureProposal => ({ person, name: person, email: null, gone_since: '2026-03-01T08:00:00Z', proposed_at: '2026-03-01T09:00:00Z', tickets: 0, held: false })
const away = { code: 'unavailable', title: '', status: 503, retry_after_ms: null, head: null } as const
const held = { code: 'legal_hold', title: '', status: 409, retry_after_ms: null, head: null } as const

function client() {
  const people = new Set(['ada', 'ben'])
  const sent: [string, boolean][] = []
  let answer: Result<null> = { ok: true, value: null }
  let hold: Promise<void> = Promise.resolve()
  let isAway = false
  const erasures = createErasures({
    list: async () => isAway ? { ok: false, problem: away } : ({ ok: true, value: { proposals: [...people].map(proposal), withheld: 0 } }),
    decide: async (person, erase) => {
      sent.push([person, erase])
      await hold
      if (answer.ok) people.delete(person)
      return answer
    },
  })
  return { erasures, people, sent, refuse: () => { answer = { ok: false, problem: held } }, allow: () => { answer = { ok: true, value: null } }, goAway: (away: boolean) => { isAway = away }, wait: () => { let go = () => {}; hold = new Promise((done) => { go = done }); return go } }
}
const shown = (erasures: ReturnType<typeof createErasures>) => erasures.view.value?.proposals.map((one) => one.person)

test('a decision is sent once, and the person disappears from the list', async () => {
  const { erasures, sent, wait } = client()
  await erasures.load()
  expect(shown(erasures)).toEqual(['ada', 'ben'])
  const go = wait()
  const first = erasures.decide('ada', true)
  expect(erasures.deciding.value).toBe('ada')
  expect(await erasures.decide('ben', true)).toBe(false)
  go()
  expect(await first).toBe(true)
  expect(sent).toEqual([['ada', true]])
  expect(shown(erasures)).toEqual(['ben'])
  expect(await erasures.decide('ben', false)).toBe(true)
  expect(sent.at(-1)).toEqual(['ben', false])
})

test('a refused erasure is told at its person, and the list is loaded again', async () => {
  const { erasures, people, refuse, allow } = client()
  await erasures.load()
  refuse()
  people.delete('ben')
  expect(await erasures.decide('ada', true)).toBe(false)
  expect(erasures.refused.value).toEqual({ person: 'ada', problem: held })
  expect(shown(erasures)).toEqual(['ada'])
  expect(erasures.deciding.value).toBeNull()
  // The next decision, which the server takes, clears the refusal.
  allow()
  expect(await erasures.decide('ada', false)).toBe(true)
  expect(erasures.refused.value).toBeNull()
})

test('if the list cannot be loaded, the reason is told, and what was loaded before stays', async () => {
  const { erasures, goAway } = client()
  await erasures.load()
  goAway(true)
  await erasures.load()
  expect(erasures.problem.value).toEqual(away)
  expect(shown(erasures)).toEqual(['ada', 'ben'])
  goAway(false)
  await erasures.load()
  expect(erasures.problem.value).toBeNull()
})

test('the requests are those that the server documents', async () => {
  const sent: unknown[] = []
  const request: Rest['request'] = async (path, more) => {
    sent.push([path, more])
    return { ok: false, problem: away }
  }
  const rest = createErasuresRest({ request })
  await rest.list()
  await rest.decide('a/b', true)
  await rest.decide('ada', false)
  expect(sent).toEqual([['/v1/erasures', {}], ['/v1/erasures/a%2Fb', { method: 'PUT', body: { erase: true } }], ['/v1/erasures/ada', { method: 'PUT', body: { erase: false } }]])
})
