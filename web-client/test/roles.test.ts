// Tests of the team's roles: the state after a change, also if the server refuses the change or another admin has changed the same person
// first.

import { expect, test } from 'vitest'
import { createRoles, managedBy, named } from '../src/client/roles.ts'
import type { Agent } from '../src/protocol/decode-team.ts'
import type { PersonFound, StaffRole } from '../src/protocol/generated.ts'
import type { Result } from '../src/rest/request.ts'

const grace: Agent = { user_id: 'grace', role: 'support_agent', name: 'Grace', email: 'grace@example.org', blocked: false }
const carl: PersonFound = { user_id: 'carl', role: null, name: 'Carl', email: 'carl@example.org', blocked: false, since: '2026-03-01T08:00:00Z', last_seen_at: null, subject: null }
const ID = '018f0000-0000-7000-8000-0000000000c1'
const conflict = { code: 'conflict', title: '', status: 409 } as const
const done = <T>(value: T): Result<T> => ({ ok: true, value })

function client() {
  const members = new Map<string, Agent>([[grace.user_id, grace]])
  const sent: [string, StaffRole | null][] = []
  let waiting: (() => void) | null = null
  let isHeld = false
  let refusal: typeof conflict | null = null
  let changes = 0
  const roles = createRoles({
    roles: () => Promise.resolve(done([...members.values()])),
    peopleBy: (email) => Promise.resolve(done(email === carl.email ? [{ ...carl, role: members.get(carl.user_id)?.role ?? null }] : [])),
    person: (id) => Promise.resolve(id === ID ? done({ id, name: 'Hana', email: null, last_seen_at: null, address: null, user_agent: null, tickets: { open: 0, total: 0 }, blocked: false }) : { ok: false, problem: { code: 'not_found', title: '', status: 404 } } as Result<never>),
    setRole: async (user, role) => {
      sent.push([user, role])
      if (isHeld) await new Promise<void>((resolve) => { waiting = resolve })
      if (refusal !== null) return { ok: false, problem: refusal } as Result<null>
      if (role === null) members.delete(user)
      else members.set(user, { user_id: user, name: carl.name, email: carl.email, blocked: false, ...members.get(user), role })
      return done(null)
    },
    setBlocked: (user, blocked) => {
      if (refusal !== null) return Promise.resolve({ ok: false, problem: refusal } as Result<null>)
      const member = members.get(user)
      if (member !== undefined) members.set(user, { ...member, blocked })
      return Promise.resolve(done(null))
    },
  }, () => { changes++ })
  return { roles, sent, members, changes: () => changes, hold: () => { isHeld = true }, release: () => waiting?.(), refuse: () => { refusal = conflict } }
}

test('a person who was found gets a role, shown in the list and in the search result', async () => {
  const { roles, changes } = client()
  await roles.load()
  await roles.find('carl@example.org')
  expect(roles.found.value?.people).toEqual([carl])
  expect(await roles.set('carl', 'support_agent')).toBe(true)
  expect(roles.team.value?.map((one) => one.user_id)).toEqual(['grace', 'carl'])
  expect(roles.found.value?.people[0]?.role).toBe('support_agent')
  expect(changes()).toBe(1)
})

test('a search without a result names the address', async () => {
  const { roles } = client()
  await roles.find('ben@example.org')
  expect(roles.found.value).toEqual({ asked: 'ben@example.org', people: [] })
})

test('while one change is running, no other is sent', async () => {
  const { roles, sent, hold, release } = client()
  hold()
  const first = roles.set('grace', 'admin')
  expect(roles.changing.value).toBe('grace')
  expect(await roles.set('grace', null)).toBe(false)
  release()
  expect(await first).toBe(true)
  expect(sent).toEqual([['grace', 'admin']])
  expect(roles.changing.value).toBeNull()
})

test('a refusal is shown at its person, not reported as done, and the server’s state is shown', async () => {
  const { roles, members, refuse, changes } = client()
  await roles.load()
  refuse()
  // Another admin has changed the role first.
  members.set('grace', { ...grace, role: 'admin' })
  expect(await roles.set('grace', null)).toBe(false)
  expect(roles.refused.value).toEqual({ user: 'grace', problem: conflict })
  expect(roles.team.value?.[0]?.role).toBe('admin')
  expect(changes()).toBe(0)
})

test('an outdated answer is discarded', async () => {
  const answers: ((people: readonly PersonFound[]) => void)[] = []
  const roles = createRoles({ roles: () => Promise.resolve(done([])), setRole: () => Promise.resolve(done(null)), setBlocked: () => Promise.resolve(done(null)), person: () => Promise.reject(new Error('no id')), peopleBy: () => new Promise((resolve) => { answers.push((people) => resolve(done(people))) }) }, () => {})
  const [first, second] = [roles.find('ben@example.org'), roles.find('carl@example.org')]
  answers[1]?.([carl])
  await second
  answers[0]?.([])
  await first
  expect(roles.found.value).toEqual({ asked: 'carl@example.org', people: [carl] })
})

test('a search during a change keeps its own answer; the change does not bring back an earlier search', async () => {
  const { roles, hold, release } = client()
  await roles.find('ben@example.org')
  hold()
  const changed = roles.set('grace', 'admin')
  await roles.find('carl@example.org')
  release()
  await changed
  expect(roles.found.value).toEqual({ asked: 'carl@example.org', people: [carl] })
})

test('people without an address are found by their id', async () => {
  const { roles } = client()
  await roles.load()
  await roles.find(ID.toUpperCase())
  expect(roles.found.value?.people).toMatchObject([{ user_id: ID, name: 'Hana', email: null, role: null }])
  await roles.find(ID.replace('c1', 'c2'))
  expect(roles.found.value?.people).toEqual([])
})

test('a member whom another admin has removed in the meantime is not added back', async () => {
  const { roles, members, sent } = client()
  await roles.load()
  members.delete('grace')
  expect(await roles.set('grace', 'admin', 'member')).toBe(false)
  expect(sent).toEqual([])
  expect(roles.team.value).toEqual([])
})

test('a block is shown in the team and in the search result; a refused one is shown at its person', async () => {
  const { roles, changes, refuse } = client()
  await roles.load()
  await roles.find('carl@example.org')
  expect(await roles.setBlocked('carl', true)).toBe(true)
  expect(roles.found.value?.people[0]?.blocked).toBe(true)
  expect(await roles.setBlocked('grace', true)).toBe(true)
  expect(roles.team.value?.[0]?.blocked).toBe(true)
  expect(await roles.setBlocked('grace', false)).toBe(true)
  expect(roles.team.value?.[0]?.blocked).toBe(false)
  expect(changes()).toBe(3)
  refuse()
  expect(await roles.setBlocked('grace', true)).toBe(false)
  expect(roles.refused.value).toEqual({ user: 'grace', problem: conflict })
  expect(roles.team.value?.[0]?.blocked).toBe(false)
})

test('the team is filtered by a part of the name or address', () => {
  const team = [grace, { ...grace, user_id: 'n', name: null, email: 'Someone@Example.org' }, { ...grace, user_id: 'b', name: 'Zoë', email: null }]
  const found = (written: string) => named(team, written).map((one) => one.user_id)
  expect(found('  ')).toEqual(['grace', 'n', 'b'])
  expect(found('GRA')).toEqual(['grace'])
  expect(found(' someone@ ')).toEqual(['n'])
  expect(found('zoË')).toEqual(['b'])
  expect(found('null')).toEqual([])
})

test('the platform manages the roles if the server says so, or names its page as older servers do', () => {
  const page = 'https://platform.example/team'
  expect(managedBy({ roles_managed: true, roles_managed_at: null })).toEqual({ isManaged: true, page: null })
  expect(managedBy({ roles_managed: true, roles_managed_at: page })).toEqual({ isManaged: true, page })
  expect(managedBy({ roles_managed: false, roles_managed_at: page })).toEqual({ isManaged: true, page })
  expect(managedBy({ roles_managed: false })).toEqual({ isManaged: false, page: null })
})
