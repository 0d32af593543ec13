import { describe, expect, test } from 'vitest'
import { filled, inserted, offered, slashed } from '../src/client/saved-replies.ts'
import { t } from '../src/locales/index.ts'
import '../src/locales/ticket.ts'
import { staffTicket } from './help/sample.ts'

const ticket = { ...staffTicket, customer_name: 'Ada', ticket_number: 'TKT-000072', subject: 'Printer' }

describe('a saved reply', () => {
  test('is filled with what is known', () => {
    expect(filled('Hi {{customer_name}}, {{ subject }} ({{ticket_number}}). {{agent_name}}', ticket, 'Grace')).toBe('Hi Ada, Printer (TKT-000072). Grace')
  })
  test('keeps what is not: a property of every object, a misspelling, a name that is missing or shows nothing', () => {
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

test('a sentence fills its own places alone', () => {
  expect(t('connection.catching_up_count', { m: 1 })).toContain('{n}')
  expect(t('connection.away', Object.create({ reason: 'inherited' }))).toContain('{reason}')
})
