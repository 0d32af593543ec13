// Tests of the system's health in the console: it is fetched every 15 seconds while the page is visible, and shown in sentences.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createPolled, POLL_MS } from '../src/client/polled.ts'
import { byNeed } from '../src/client/system.ts'
import { checkName, checkWords } from '../src/apps/console/screens/system/words.ts'
import { LANGUAGES, setLanguage } from '../src/locales/index.ts'
import type { SystemCheck, SystemView } from '../src/protocol/generated.ts'
import type { Result } from '../src/rest/request.ts'

afterEach(() => setLanguage('en'))

const check = (name: string, state: SystemCheck['state'], code: string | null = null): SystemCheck => ({ name, state, code, since: null })
const sampled: readonly SystemView[] = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../core/golden/rest.SystemView.json'), 'utf8'))
const settle = async () => { for (let n = 0; n < 10; n++) await Promise.resolve() }

function scene() {
  const due: { readonly ms: number; readonly call: () => void }[] = []
  const [view] = sampled
  if (view === undefined) throw new Error('no sample')
  const seen = { is: true, asked: 0 }
  const system = createPolled({
    load: () => { seen.asked++; return Promise.resolve<Result<SystemView>>({ ok: true, value: view }) },
    time: { now: () => 0, after(ms, call) { const one = { ms, call }; due.push(one); return () => { const at = due.indexOf(one); if (at >= 0) due.splice(at, 1) } } },
    isSeen: () => seen.is,
  })
  return { system, seen, due, async tick() { due.splice(0).forEach(({ call }) => call()); await settle() } }
}

test('it is loaded every 15 seconds, not while hidden, and no longer once left', async () => {
  const { system, seen, due, tick } = scene()
  await settle()
  expect([seen.asked, system.state.value]).toEqual([1, 'ready'])
  expect(due.map(({ ms }) => ms)).toEqual([POLL_MS])
  await tick()
  expect(seen.asked).toBe(2)
  seen.is = false
  await tick()
  expect(seen.asked).toBe(2)
  seen.is = true
  await tick()
  expect(seen.asked).toBe(3)
  system.dispose()
  expect(due).toEqual([])
})

test('failing checks come first, then unknown ones, otherwise in the server’s order', () => {
  const all = [check('database', 'ok'), check('relay', 'unknown'), check('clock', 'failing'), check('sweep', 'ok'), check('jobs', 'failing')]
  expect(byNeed(all).map(({ name }) => name)).toEqual(['clock', 'jobs', 'relay', 'database', 'sweep'])
})

test('every check and code of the server has a sentence; a newer one shows its own word', async () => {
  const source = readFileSync(join(resolve(import.meta.dirname, '../..'), 'gateway/src/http/system_status.rs'), 'utf8').split('#[cfg(test)]')[0] ?? ''
  const names = [...source.matchAll(/\("(\w+)", \w/g), ...source.matchAll(/work\("(\w+)"/g)].flatMap(([, name]) => name ?? [])
  expect(new Set(names)).toEqual(new Set(['database', 'schema', 'migrations', 'relay', 'sweep', 'jobs', 'clock', 'retention', 'background', 'instance']))
  const codes = [...source.matchAll(/(?:failing|unknown)\("(\w+)"\)|Some\("(\w+)"\)/g)].flatMap(([, one, other]) => one ?? other ?? [])
  expect(codes.length).toBeGreaterThan(12)
  for (const language of LANGUAGES) {
    await setLanguage(language)
    for (const name of names) expect(checkName(check(name, 'ok'))).not.toBe('')
    for (const code of codes) expect(names.some((name) => checkWords(check(name, 'failing', code)) !== code.replaceAll('_', ' ')), code).toBe(true)
  }
  await setLanguage('en')
  expect(checkWords(check('relay', 'failing', 'disconnected'))).toContain('Redis')
  expect([checkName(check('disk_space', 'failing')), checkWords(check('disk_space', 'failing', 'nearly_full')), checkWords(check('disk_space', 'ok'))]).toEqual(['disk space', 'nearly full', ''])
})
