// Tests of editing saved replies, with a server that the test simulates.

import { describe, expect, test } from 'vitest'
import { memoryStorage, namesOf } from '../src/client/browser.ts'
import { keptTexts } from '../src/client/kept-text.ts'
import { changeOf, createReplyEditor, draftOfReply, faultsOfReply, isDraftChanged, type ReplyDraft } from '../src/client/reply-editor.ts'
import { LIMITS, type SavedReply } from '../src/protocol/generated.ts'
import type { Problem } from '../src/protocol/model.ts'

const changed: Problem = { status: 412, code: 'precondition_failed', title: '', retry_after_ms: null, head: null }
const conflict: Problem = { status: 409, code: 'conflict', title: '', retry_after_ms: null, head: null }
const offline: Problem = { status: 0, code: 'unreachable', title: '', retry_after_ms: null, head: null }
const hello: SavedReply = { id: '1', shortcut: 'hello', title: 'Hello', body: 'Hi', folder: null, owner: null, updated_at: 'v1', etag: '"v1"' }
const fresh: ReplyDraft = { id: '2', base: null, shortcut: 'new', title: 'New', body: 'Text', folder: '', personal: true }

function memory() {
  const storage = memoryStorage()
  return { ...keptTexts('ada', 'replies', storage), storage, text: () => namesOf(storage, '').map((name) => storage.getItem(name)).join() }
}

function made(kept = memory(), knowsFolders = true) {
  const server = { replies: [hello], isAnswerLost: false, onSave: () => {}, refuses: null as Problem | null, sent: [] as unknown[], etags: [] as (string | null)[] }
  const editor = createReplyEditor({
    list: async () => ({ ok: true, value: server.replies }),
    save: async (id, change, etag) => {
      server.sent.push(change)
      server.etags.push(etag ?? null)
      if (server.refuses !== null) return { ok: false, problem: server.refuses }
      server.onSave()
      const before = server.replies.find((one) => one.id === id)
      if (typeof etag === 'string' && before?.etag !== etag) return { ok: false, problem: changed }
      const version = `v${server.etags.length + 1}`
      const saved = { ...hello, ...change, id, updated_at: version, etag: `"${version}"` }
      server.replies = [...server.replies.filter((one) => one.id !== id), saved]
      return server.isAnswerLost ? { ok: false, problem: offline } : { ok: true, value: saved }
    },
    knowsFolders: () => knowsFolders,
    kept,
  })
  return { editor, server, kept }
}

describe('a saved reply being written', () => {
  test('is saved and closed; several at once do not affect each other', async () => {
    const { editor, server, kept } = made()
    editor.begin(draftOfReply(hello))
    editor.begin(fresh)
    editor.change('1', { body: 'Hi you' })
    expect(await editor.save('2')).toBe('saved')
    expect([...editor.drafts.value.keys()]).toEqual(['1'])
    expect(await editor.save('1')).toBe('saved')
    expect([editor.drafts.value.size, kept.text(), server.replies.map(({ body }) => body)]).toEqual([0, '', ['Text', 'Hi you']])
  })

  test('survives a reload of the page', () => {
    const { editor, kept } = made()
    editor.begin(fresh)
    editor.change('2', { title: 'Changed' })
    expect(made(kept).editor.drafts.value.get('2')).toEqual({ ...fresh, title: 'Changed' })
    kept.storage.setItem(namesOf(kept.storage, '')[0] ?? '', '{"id":1}')
    expect(made(kept).editor.drafts.value.size).toBe(0)
  })

  test('that is only opened, or unchanged again, is not kept', () => {
    const { editor, kept } = made()
    editor.open(hello)
    expect(kept.text()).toBe('')
    editor.change('1', { body: 'Hi you' })
    expect(kept.text()).toContain('Hi you')
    editor.change('1', { body: 'Hi' })
    expect([kept.text(), editor.drafts.value.has('1')]).toEqual(['', true])
  })

  test('does not overwrite what someone else has saved or deleted since, unless the person insists', async () => {
    const { editor, server } = made()
    editor.begin(draftOfReply(hello))
    editor.change('1', { body: 'mine' })
    server.replies = [{ ...hello, body: 'theirs', updated_at: 'v1b', etag: '"v1b"' }]
    expect(await editor.save('1')).toBe('overtaken')
    expect([server.sent.length, [...editor.overtaken.value], editor.drafts.value.get('1')?.body]).toEqual([0, ['1'], 'mine'])
    expect(await editor.save('1', { anyway: true })).toBe('saved')
    expect([server.replies[0]?.body, editor.overtaken.value.size]).toEqual(['mine', 0])
    server.replies = []
    editor.begin(draftOfReply(hello))
    expect(await editor.save('1')).toBe('overtaken')
  })

  test('does not overwrite what someone else saves at the same moment', async () => {
    const { editor, server } = made()
    editor.begin(draftOfReply(hello))
    editor.change('1', { body: 'mine' })
    server.onSave = () => { server.replies = [{ ...hello, body: 'theirs', updated_at: 'v1b', etag: '"v1b"' }] }
    expect(await editor.save('1')).toBe('overtaken')
    expect([server.etags, [...editor.overtaken.value], editor.problems.value.size, editor.drafts.value.get('1')?.body]).toEqual([['"v1"'], ['1'], 0, 'mine'])
    server.onSave = () => {}
    expect(await editor.save('1', { anyway: true })).toBe('saved')
    expect(server.etags).toEqual(['"v1"', '"v1b"'])
  })

  test('saved anyway overwrites the state that the person saw, not what a third person has saved after that', async () => {
    const { editor, server } = made()
    editor.begin(draftOfReply(hello))
    editor.change('1', { body: 'mine' })
    server.replies = [{ ...hello, body: 'theirs', updated_at: 'v1b', etag: '"v1b"' }]
    expect(await editor.save('1')).toBe('overtaken')
    server.replies = [{ ...hello, body: 'of a third', updated_at: 'v1c', etag: '"v1c"' }]
    expect(await editor.save('1', { anyway: true })).toBe('overtaken')
    expect([server.replies[0]?.body, [...editor.overtaken.value]]).toEqual(['of a third', ['1']])
    expect(await editor.save('1', { anyway: true })).toBe('saved')
    expect(server.replies[0]?.body).toBe('mine')
    server.replies = []
    editor.begin(draftOfReply(hello))
    expect(await editor.save('1')).toBe('overtaken')
    expect(await editor.save('1', { anyway: true }), 'one that was deleted').toBe('saved')
  })

  test.each(['Hi you', 'Hi all of you'])('an attempt whose answer was lost is not another person’s change: then %s', async (body) => {
    const { editor, server } = made()
    editor.begin(draftOfReply(hello))
    editor.change('1', { body: 'Hi you' })
    server.isAnswerLost = true
    expect(await editor.save('1')).toBe('refused')
    server.isAnswerLost = false
    editor.change('1', { body })
    expect(await editor.save('1')).toBe('saved')
    expect([server.replies.map((one) => one.body), editor.overtaken.value.size]).toEqual([[body], 0])
  })

  test('a refusal is shown at its draft until the draft changes', async () => {
    const { editor, server } = made()
    server.refuses = conflict
    editor.begin(fresh)
    expect(await editor.save('2')).toBe('refused')
    expect(editor.problems.value.get('2')?.code).toBe('conflict')
    editor.change('2', { shortcut: 'other' })
    expect(editor.problems.value.has('2')).toBe(false)
  })

  test('counts as saved if only the answer was lost: a new one, a changed one, one that was edited further', async () => {
    const { editor, server } = made()
    server.isAnswerLost = true
    editor.begin(fresh)
    editor.begin(draftOfReply(hello))
    editor.change('1', { body: 'mine' })
    expect([await editor.save('1'), await editor.save('2')]).toEqual(['refused', 'refused'])
    server.isAnswerLost = false
    editor.change('1', { body: 'mine, longer' })
    expect([await editor.save('1'), await editor.save('2')]).toEqual(['saved', 'saved'])
    expect([server.replies.map(({ body }) => body).toSorted(), editor.drafts.value.size]).toEqual([['Text', 'mine, longer'], 0])
  })

  test('that is new does not overwrite what someone else made of it after the answer was lost', async () => {
    const { editor, server } = made()
    server.isAnswerLost = true
    editor.begin(fresh)
    expect(await editor.save('2')).toBe('refused')
    server.isAnswerLost = false
    server.replies = server.replies.map((one) => (one.id === '2' ? { ...one, body: 'theirs', updated_at: 'v3' } : one))
    expect(await editor.save('2')).toBe('overtaken')
    expect(server.replies.find(({ id }) => id === '2')?.body).toBe('theirs')
  })

  test('is kept next to those of another tab, and is not discarded there', () => {
    const { kept, editor } = made()
    const other = made({ ...memory(), ...keptTexts('ada', 'replies', kept.storage) }).editor
    editor.begin(fresh)
    other.begin({ ...fresh, id: '3', title: 'Other' })
    expect([...made({ ...memory(), ...keptTexts('ada', 'replies', kept.storage) }).editor.drafts.value.keys()].toSorted()).toEqual(['2', '3'])
    other.begin({ ...fresh, title: 'Of the other tab' })
    editor.close('2')
    expect(kept.text()).toContain('Of the other tab')
  })

  test('keeps what is typed while it is being saved', async () => {
    const { editor } = made()
    editor.begin(fresh)
    const saving = editor.save('2')
    editor.change('2', { body: 'more' })
    expect(await editor.save('2')).toBe('busy')
    expect(await saving).toBe('saved')
    expect(editor.drafts.value.get('2')).toMatchObject({ body: 'more', base: 'v2' })
  })
})

test('a missing or too long value is reported by its field', () => {
  expect([...faultsOfReply(fresh)]).toEqual([])
  expect([...faultsOfReply({ ...fresh, shortcut: 'No!', title: ' ', body: '\n' })]).toEqual([['shortcut', 'shortcut'], ['title', 'empty'], ['body', 'empty']])
  expect([...faultsOfReply({ ...fresh, shortcut: '', title: 'x'.repeat(LIMITS.saved_reply_title_chars_max + 1), body: 'ä'.repeat(LIMITS.body_bytes_max), folder: 'x'.repeat(LIMITS.reply_folder_chars_max + 1) })]).toEqual([['shortcut', 'empty'], ['title', 'long'], ['body', 'long'], ['folder', 'long']])
})

test('an older server gets neither folder nor owner', () => {
  expect(changeOf({ ...fresh, folder: ' Billing ' }, false)).toEqual({ shortcut: 'new', title: 'New', body: 'Text' })
  expect(changeOf({ ...fresh, folder: ' Billing ' }, true)).toEqual({ shortcut: 'new', title: 'New', body: 'Text', personal: true, folder: 'Billing' })
  expect(changeOf(fresh, true)).toEqual({ shortcut: 'new', title: 'New', body: 'Text', personal: true })
})

test('a draft that equals the saved reply is unchanged, and so is a new one without text', () => {
  expect(isDraftChanged(draftOfReply(hello), hello)).toBe(false)
  expect(isDraftChanged({ ...draftOfReply(hello), folder: 'x' }, hello)).toBe(true)
  expect(isDraftChanged({ ...fresh, shortcut: '', title: '', body: ' ' }, undefined)).toBe(false)
})
