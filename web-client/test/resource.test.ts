// Tests of resources and mutations (asynchronous state in signals), with a clock that the test advances.

import { describe, expect, test } from 'vitest'
import { createMutation, createResource, keptFor } from '../src/client/resource.ts'
import type { Clock } from '../src/connection/transport.ts'
import type { Problem } from '../src/protocol/model.ts'
import type { Result } from '../src/rest/request.ts'

const unavailable: Problem = { status: 503, code: 'unavailable', title: '', retry_after_ms: null, head: null }
const forbidden: Problem = { ...unavailable, status: 403, code: 'forbidden' }
const good = <T>(value: T): Result<T> => ({ ok: true, value })
const bad = (problem: Problem): Result<never> => ({ ok: false, problem })
const settle = async () => { for (let n = 0; n < 10; n++) await Promise.resolve() }

function manualClock() {
  const due: { readonly ms: number; readonly call: () => void }[] = []
  const clock: Clock = { now: () => 0, after(ms, call) { const one = { ms, call }; due.push(one); return () => { const at = due.indexOf(one); if (at >= 0) due.splice(at, 1) } } }
  return { clock, due, fire: () => due.splice(0).forEach(({ call }) => call()) }
}

/** A simulated server that responds when the test says so. */
function scripted<T>() {
  const waiting: ((result: Result<T>) => void)[] = []
  return { load: () => new Promise<Result<T>>((resolve) => { waiting.push(resolve) }), waiting, async answer(result: Result<T>) { waiting.shift()?.(result); await settle() } }
}

describe('a resource', () => {
  test('loads, is stale while it reloads, and keeps its value through a failure', async () => {
    const { clock, due, fire } = manualClock()
    const server = scripted<string>()
    const one = createResource({ load: server.load, time: clock, random: () => 0 })
    expect([one.state.value, one.value.value]).toEqual(['loading', null])
    await server.answer(good('a'))
    expect([one.state.value, one.value.value]).toEqual(['ready', 'a'])
    void one.reload()
    expect(one.state.value).toBe('stale')
    await server.answer(bad(unavailable))
    expect([one.state.value, one.value.value, one.problem.value?.code]).toEqual(['stale', 'a', 'unavailable'])
    expect(due.map(({ ms }) => ms >= 2_000)).toEqual([true])
    fire()
    await server.answer(good('b'))
    expect([one.state.value, one.value.value, one.problem.value]).toEqual(['ready', 'b', null])
  })

  test('does not retry what would be refused again', async () => {
    const { clock, due } = manualClock()
    const server = scripted<string>()
    const one = createResource({ load: server.load, time: clock })
    await server.answer(bad(forbidden))
    expect([one.state.value, due.length]).toEqual(['failed', 0])
  })

  test('shares the request that follows a running one: an answer is never older than the call', async () => {
    const server = scripted<number>()
    const one = createResource({ load: server.load, time: manualClock().clock })
    const both = [one.reload(), one.reload()]
    expect(server.waiting.length).toBe(1)
    await server.answer(good(1))
    expect(server.waiting.length).toBe(1)
    await server.answer(good(2))
    await Promise.all(both)
    expect([one.value.value, server.waiting.length]).toEqual([2, 0])
  })

  test('a value that was set is not replaced by the answer to an earlier request, and can be taken back', async () => {
    const server = scripted<string>()
    const one = createResource({ load: server.load, time: manualClock().clock })
    await server.answer(good('a'))
    void one.reload()
    const back = one.set('mine')
    await server.answer(good('a'))
    expect(one.value.value).toBe('mine')
    back()
    expect(one.value.value).toBe('a')
    const late = one.set('first')
    one.set('second')
    late()
    expect(one.value.value).toBe('second')
  })

  test('does nothing once disposed', async () => {
    const { clock, due } = manualClock()
    const server = scripted<string>()
    const one = createResource({ load: server.load, time: clock })
    one.dispose()
    await server.answer(bad(unavailable))
    expect([one.state.value, due.length]).toEqual(['loading', 0])
    await one.reload()
    expect(server.waiting.length).toBe(0)
  })
})

describe('a mutation', () => {
  test('shows the expected value, and takes it back after a refusal', async () => {
    const server = scripted<null>()
    let shown = 'before'
    const one = createMutation<string, null>({ send: () => server.load(), expect: (value) => { const was = shown; shown = value; return () => { shown = was } } })
    void one.run('after')
    expect([shown, one.isBusy.value]).toEqual(['after', true])
    expect(await one.run('again')).toBeNull()
    await server.answer(bad(forbidden))
    expect([shown, one.isBusy.value, one.problem.value?.code]).toEqual(['before', false, 'forbidden'])
    one.dismiss()
    expect(one.problem.value).toBeNull()
    const second = one.run('after')
    await server.answer(good(null))
    expect([(await second)?.ok, shown]).toEqual([true, 'after'])
  })
})

test('a value kept for one person is not there for the next', () => {
  const drafts = keptFor((person: { readonly id: string }) => ({ text: '', of: person.id }))
  const [ada, carl] = [{ id: 'ada' }, { id: 'carl' }]
  drafts(ada).text = 'begun'
  expect([drafts(ada).text, drafts(carl).text]).toEqual(['begun', ''])
})
