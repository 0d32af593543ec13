// Tests of changing a setting, with a server that the test simulates.

import { describe, expect, test } from 'vitest'
import { createSettingDraft } from '../src/client/setting-draft.ts'
import type { KeptText } from '../src/client/kept-text.ts'
import type { Problem } from '../src/protocol/model.ts'
import { isObject, text } from '../src/protocol/narrow.ts'
import type { Result } from '../src/rest/request.ts'

const overtaken: Problem = { status: 412, code: 'precondition_failed', title: '', retry_after_ms: null, head: null }
const unreachable: Problem = { status: 0, code: 'unreachable', title: '', retry_after_ms: null, head: null }
const forbidden: Problem = { status: 403, code: 'forbidden', title: '', retry_after_ms: null, head: null }

function kept(): KeptText & { text: string } {
  const one = { text: '', read: () => one.text, write: (next: string) => { one.text = next }, isStored: () => true }
  return one
}

async function until(holds: () => boolean) {
  for (let n = 0; n < 50 && !holds(); n++) await Promise.resolve()
}

async function made(memory = kept()) {
  const server = { value: 'a', refuses: false, isAsked: false, isAnswerLost: false, meanwhile: null as string | null }
  const answer = (): Result<string> => (server.refuses ? { ok: false, problem: forbidden } : { ok: true, value: server.value })
  const store = createSettingDraft<string, { readonly word: string }>({
    load: async () => answer(),
    draftOf: (word) => ({ word }),
    normal: ({ word }) => ({ word: word.trim() }),
    async send({ word }, seen) {
      server.isAsked = true
      await Promise.resolve()
      await Promise.resolve()
      server.value = server.meanwhile ?? server.value
      if (seen !== server.value) return { ok: false, problem: overtaken }
      if (!server.refuses) server.value = word.trim()
      return server.isAnswerLost ? { ok: false, problem: unreachable } : answer()
    },
    kept: memory,
    parse: (value) => { const word = isObject(value) ? text(value['word']) : null; return word === null ? null : { word } },
  })
  await store.reload()
  return { store, server, memory }
}

describe('a setting being changed', () => {
  test('is saved, and then nothing is kept', async () => {
    const { store, server, memory } = await made()
    expect([store.draft.value?.word, store.isChanged.value]).toEqual(['a', false])
    store.change({ word: 'b' })
    expect([store.isChanged.value, memory.text !== '']).toEqual([true, true])
    expect(await store.save()).toBe(true)
    expect([server.value, store.isChanged.value, memory.text]).toEqual(['b', false, ''])
  })

  test('survives a reload of the page, and is no change if it equals the saved value', async () => {
    const { store, memory } = await made()
    store.change({ word: 'b' })
    const again = await made(memory)
    expect([again.store.draft.value?.word, again.store.isChanged.value]).toEqual(['b', true])
    again.store.change({ word: ' a ' })
    expect(again.store.isChanged.value).toBe(false)
    again.store.cancel()
    expect([again.store.draft.value?.word, memory.text]).toEqual(['a', ''])
    memory.text = '{"draft":{},"base":"x"}'
    expect((await made(memory)).store.draft.value?.word).toBe('a')
  })

  test('does not undo what someone else has saved since, unless the admin insists', async () => {
    const { store, server } = await made()
    store.change({ word: 'mine' })
    server.value = 'theirs'
    expect(await store.save()).toBe(false)
    expect([server.value, store.isOvertaken.value, store.draft.value?.word]).toEqual(['theirs', true, 'mine'])
    store.keepMine()
    expect(store.isOvertaken.value).toBe(false)
    expect(await store.save()).toBe(true)
    expect(server.value).toBe('mine')
  })

  test('does not undo what someone else saves at the same moment', async () => {
    const { store, server } = await made()
    store.change({ word: 'mine' })
    server.meanwhile = 'theirs'
    expect(await store.save()).toBe(false)
    expect([server.value, store.isOvertaken.value, store.draft.value?.word, store.refused.value]).toEqual(['theirs', true, 'mine', null])
    server.meanwhile = null
    store.keepMine()
    expect(await store.save()).toBe(true)
    expect(server.value).toBe('mine')
  })

  test('that equals the saved value is not kept, and hides nothing that someone else saves later', async () => {
    const { store, server, memory } = await made()
    store.change({ word: 'b' })
    store.change({ word: 'a ' })
    expect([store.isChanged.value, memory.text, store.draft.value?.word], 'as it was written').toEqual([false, '', 'a '])
    await store.reload()
    expect(store.draft.value?.word).toBe('a ')
    server.value = 'theirs'
    await store.reload()
    expect([store.draft.value?.word, store.isOvertaken.value]).toEqual(['theirs', false])
  })

  test('that someone else has saved with the same words is theirs', async () => {
    const { store, server, memory } = await made()
    store.change({ word: 'same' })
    server.value = 'same'
    await store.reload()
    expect([store.isChanged.value, memory.text]).toEqual([false, ''])
    server.value = 'theirs'
    await store.reload()
    expect([store.draft.value?.word, store.isOvertaken.value]).toEqual(['theirs', false])
  })

  test('stays as it was typed after a refusal', async () => {
    const { store, server } = await made()
    store.change({ word: 'b' })
    server.refuses = true
    expect(await store.save()).toBe(false)
    expect([store.refused.value?.code, store.draft.value?.word, store.isChanged.value]).toEqual(['forbidden', 'b', true])
    server.refuses = false
    expect(await store.save()).toBe(true)
    expect(store.refused.value).toBeNull()
  })

  test('keeps what is changed while it is being saved', async () => {
    const { store, server } = await made()
    store.change({ word: 'b' })
    const saving = store.save()
    await until(() => server.isAsked)
    store.change({ word: 'c' })
    await saving
    expect([server.value, store.draft.value?.word, store.isChanged.value, store.isOvertaken.value]).toEqual(['b', 'c', true, false])
    expect(await store.save()).toBe(true)
    expect(server.value).toBe('c')
  })

  test('whose answer was lost during further changes is one’s own, even after a visit to another screen', async () => {
    const { store, server, memory } = await made()
    server.isAnswerLost = true
    store.change({ word: 'b' })
    const saving = store.save()
    await until(() => server.isAsked)
    store.change({ word: 'c' })
    expect(await saving).toBe(false)
    expect([server.value, store.isOvertaken.value, store.draft.value?.word]).toEqual(['b', false, 'c'])
    server.isAnswerLost = false
    const again = await made(memory)
    again.server.value = 'b'
    await again.store.reload()
    expect(again.store.isOvertaken.value).toBe(false)
    expect(await store.save()).toBe(true)
    expect(server.value).toBe('c')
  })

  test('is not discarded by another tab', async () => {
    const memory = kept()
    const [{ store }, other] = [await made(memory), await made(memory)]
    store.change({ word: 'b' })
    other.store.change({ word: 'of the other tab' })
    store.cancel()
    expect(memory.text).toContain('of the other tab')
    other.store.cancel()
    expect(memory.text).toBe('')
  })
})
