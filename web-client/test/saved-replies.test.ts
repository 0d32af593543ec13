import { describe, expect, test } from 'vitest'
import { filled, foldersOf, inFolders, inserted, isFound, offered, partsOf, slashed, unknownIn, valuesOf } from '../src/client/saved-replies.ts'
import { t } from '../src/locales/index.ts'
import type { SavedReply } from '../src/protocol/generated.ts'
import '../src/locales/page.ts'
import '../src/locales/ticket.ts'
import { staffTicket } from './help/sample.ts'

const ticket = { ...staffTicket, customer_name: 'Ada', ticket_number: 'TKT-000072', subject: 'Printer' }

describe('a saved reply', () => {
  test('is filled with the known values', () => {
    expect(filled('Hi {{customer_name}}, {{ subject }} ({{ticket_number}}). {{agent_name}}', ticket, 'Grace')).toBe('Hi Ada, Printer (TKT-000072). Grace')
  })
  test('keeps unknown variables: a property of every object, a misspelling, a missing or invisible name', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf', 'isPrototypeOf', '__defineGetter__', 'custommer_name']) expect(filled(`a {{${name}}} b`, ticket, 'Grace'), name).toBe(`a {{${name}}} b`)
    for (const customer_name of [null, '', ' ', '\u200b', '\u3164']) expect(filled('Hi {{customer_name}},', { ...ticket, customer_name }, 'Grace'), JSON.stringify(customer_name)).toBe('Hi {{customer_name}},')
    expect(filled('{{agent_name}}', ticket, '')).toBe('{{agent_name}}')
  })
  test('takes names as they are, whatever they look like', () => {
    for (const customer_name of ['$&', '$1', '{{subject}}', '\\1', '/hello']) expect(filled('Hi {{customer_name}}', { ...ticket, customer_name }, 'G')).toBe(`Hi ${customer_name}`)
    expect(inserted('Well, /hi', '$& $1')).toBe('Well, $& $1')
    expect(slashed('a /Hi')).toBe('hi')
  })
  test('is offered however its title is written', () => {
    const reply = { id: '1', shortcut: 'x', title: 'Cafe\u0301-ΛΌΓΟΣ', body: '', updated_at: '' }
    expect(offered([reply], 'café')).toEqual([reply])
    expect(offered([reply], 'λόγος')).toEqual([reply])
  })
})

describe('variables', () => {
  const nameless = { ...ticket, customer_name: null }
  test('a first name, and the fallback if none is known', () => {
    expect(filled('Hi {{customer_first_name|there}}', { ...ticket, customer_name: '  Ada King Lovelace ' }, 'G')).toBe('Hi Ada')
    expect(filled('Hi {{ customer_first_name | there }}, {{customer_name|}}.', nameless, 'G')).toBe('Hi there, .')
    expect(filled('{{custommer|there}}', nameless, 'G'), 'a misspelling is not hidden by its fallback').toBe('{{custommer|there}}')
    expect(filled('{{customer_name|{{subject}}}}', nameless, 'G')).toBe('{{customer_name|Printer}}')
  })
  test('filled, fallback and unknown parts are distinguished', () => {
    expect(partsOf('a {{subject}} {{customer_name|b}} {{x}}c', valuesOf(nameless, 'G'))).toEqual([
      { kind: 'text', text: 'a ' }, { kind: 'filled', text: 'Printer' }, { kind: 'text', text: ' ' }, { kind: 'fallback', text: 'b' }, { kind: 'text', text: ' ' }, { kind: 'left', text: '{{x}}' }, { kind: 'text', text: 'c' },
    ])
    expect(unknownIn('{{x}} {{x|y}} {{subject}} {{toString}}')).toEqual(['x', 'toString'])
  })
})

describe('many replies', () => {
  const reply = (id: string, more: Partial<SavedReply> = {}): SavedReply => ({ id, shortcut: id, title: id.toUpperCase(), body: '', updated_at: '', ...more })
  const ids = (list: readonly SavedReply[]) => list.map((one) => one.id)
  test('are offered by shortcut, title, text; personal ones first among equals', () => {
    const all = [reply('a', { body: 'the refund' }), reply('b', { title: 'A refund' }), reply('refund'), reply('mine', { shortcut: 'refund', owner: 'me' }), reply('c', { body: 'nothing' })]
    expect(ids(offered(all, 'refund'))).toEqual(['mine', 'refund', 'b', 'a'])
    expect(ids(offered([reply('x'), reply('y', { owner: 'me' })], ''))).toEqual(['y', 'x'])
    expect(slashed('and /возврат')).toBe('возврат')
    expect(inserted('and /возврат', 'x')).toBe('and x')
    expect(slashed('1/2'), 'in the middle of a word there is no reply').toBeNull()
  })
  test('are grouped in folders, those without a folder last', () => {
    const all = [reply('z', { folder: 'Billing' }), reply('b', { folder: 'Account 10' }), reply('c', { folder: 'Account 9' }), reply('a'), reply('y', { folder: 'Billing' }), reply('n', { folder: null })]
    expect(inFolders(all, 'en').map(({ name, replies }) => [name, ids(replies)])).toEqual([['Account 9', ['c']], ['Account 10', ['b']], ['Billing', ['y', 'z']], [null, ['a', 'n']]])
    expect(foldersOf(all, 'en')).toEqual(['Account 9', 'Account 10', 'Billing'])
  })
  test('are found by every word, wherever it is', () => {
    const one = reply('hi', { title: 'Café greeting', body: 'Dear customer', folder: 'Welcome' })
    expect(['/hi', 'CAFÉ dear', 'welcome', 'customer greeting'].map((asked) => isFound(one, asked))).toEqual([true, true, true, true])
    expect(isFound(one, 'dear refund')).toBe(false)
  })
})

test('filling a reply changes only its own places', () => {
  expect(t('connection.catching_up_count', { m: 1 })).toContain('{n}')
  expect(t('connection.away', Object.create({ reason: 'inherited' }))).toContain('{reason}')
})
