// Fills a desk for the screenshots, as on a working day: forty tickets of people with names in several scripts, some answered, some
// waiting, some resolved.

import { createHmac, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { BASE, rest } from './browser.mjs'

export const [ADA, CARL, GRACE, ALAN, ADMIN] = ['Ada Lovelace', 'Carl Gauss', 'Grace Hopper', 'Alan Turing', 'Katherine Johnson']
const coded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signs a token for a person who is not one of the demo people. */
async function tokenFor(id, name, email) {
  const { token } = await (await fetch(`${BASE}/dev/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user: ADA }) })).json()
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())
  const content = `${coded({ alg: 'HS256', typ: 'JWT' })}.${coded({ ...claims, sub: id, email, user_metadata: { full_name: name } })}`
  return `${content}.${createHmac('sha256', readFileSync(process.env.HELPLINE_E2E_SECRET, 'utf8').trim()).update(content).digest('base64url')}`
}

async function as(token, method, path, body) {
  const response = await fetch(`${BASE}/v1${path}`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() }, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response.json()
}

const PEOPLE = [
  ['Marta Kowalska', 'marta@northwind.example'], ['Yusuf Demir', 'yusuf@contoso.example'], ['李小龙', 'li@fabrikam.example'], ['Søren Aagaard', 'soren@adatum.example'], ['ليلى حداد', 'layla@tailspin.example'],
  ['Oluwaseun Adeyemi', 'seun@wingtip.example'], ['Παύλος Νικολάου', 'pavlos@litware.example'], ['Ирина Соколова', 'irina@proseware.example'], ['João Figueiredo', 'joao@fourth-coffee.example'], ['Anne-Charlotte Montgomery-Delacroix', 'ac@woodgrove.example'],
]
const SUBJECTS = [
  ['The invoice for May is missing', 'billing', 'high', 'Our bookkeeper needs the invoice for May, and the list ends with April.'],
  ['Cannot change my e-mail address', 'account', 'medium', 'The form says the address is taken. It is not.'],
  ['A darker theme, please', 'feature_request', 'low', 'I work at night, and the white hurts.'],
  ['Export to CSV stops after 1,000 rows', 'technical', 'high', 'We have 4,212 contacts. The file ends at row 1,000 without a word.'],
  ['Login loop on Safari', 'technical', 'urgent', 'After the password I am sent back to the password.'],
  ['Refund for the second seat', 'billing', 'medium', 'We removed the seat on the third, and were charged on the fourth.'],
  ['How do I invite my team?', 'general', 'low', 'I found the page once, and cannot find it again.'],
  ['Webhook signatures do not match', 'technical', 'high', 'The signature of the body with an umlaut in it is another one than ours.'],
  ['Two-factor codes arrive too late', 'security', 'urgent', 'The code comes two minutes late, and by then it has run out.'],
  ['Where is the mentor list?', 'general', 'medium', 'It was in the menu last week.'],
]

/** Creates the tickets. Returns the numbers of the tickets that the screenshots show. */
export async function prepare() {
  const say = (who, ticket, body, more = {}) => rest(who, 'POST', `/tickets/${ticket.id}/messages`, { body, ...more })
  const tokens = []
  for (const [name, email] of PEOPLE) tokens.push(await tokenFor(randomUUID(), name, email))
  const done = await rest(ADA, 'POST', '/tickets', { subject: 'Where is the export button?', category: 'general', priority: 'low', description: 'I cannot find it.' })
  await say(ALAN, done, 'In the menu of the list, at the top right.')
  await rest(ALAN, 'PATCH', `/tickets/${done.id}`, { status: 'resolved' })
  for (let n = 0; n < 30; n++) {
    const [subject, category, priority, description] = SUBJECTS[(n * 3) % SUBJECTS.length]
    const ticket = await as(tokens[n % tokens.length], 'POST', '/tickets', { subject, category, priority, description })
    const agent = n % 2 === 0 ? GRACE : ALAN
    if (n % 5 === 0) continue
    if (n % 2 === 0) await rest(agent, 'PATCH', `/tickets/${ticket.id}`, { assigned_to: 'me' })
    if (n % 3 === 0) await say(agent, ticket, 'Thank you, we are looking into it and will tell you today.')
    if (n % 4 === 1) await as(tokens[n % tokens.length], 'POST', `/tickets/${ticket.id}/messages`, { body: 'Is there any news? It happens again since this morning.' })
    if (n % 11 === 7) await rest(agent, 'PATCH', `/tickets/${ticket.id}`, { status: 'escalated' })
    if (n % 7 === 6) await rest(agent, 'PATCH', `/tickets/${ticket.id}`, { status: 'resolved' })
  }
  const ticket = await rest(ADA, 'POST', '/tickets', { subject: 'Two-factor codes arrive too late', category: 'security', priority: 'urgent', description: 'The code comes **two minutes** late, and by then it has run out.\n\n- with the app\n- and by text message' })
  await rest(GRACE, 'PATCH', `/tickets/${ticket.id}`, { assigned_to: 'me' })
  await say(GRACE, ticket, 'Thank you for telling us. Which time zone is your phone set to?')
  await say(ADA, ticket, 'London. It says `10:42` and my watch says `10:44`.')
  await say(GRACE, ticket, 'Clock drift: the same as in TKT-000001. Alan, could you have a look?', { internal: true })
  await say(ALAN, ticket, 'That is it, then: the clock is off. Please set it to *automatic*, see https://example.org/clock')
  await say(ADA, ticket, 'That was it! The codes work now.')
  await rest(CARL, 'POST', '/tickets', { subject: 'Cannot change my e-mail address', category: 'account', priority: 'medium', description: 'The form says the address is taken. It is not.' })
  for (const [shortcut, title, folder, body] of [['hello', 'Greeting', null, 'Dear {{customer_name}},\n\nthank you for writing to us about {{ticket_number}}.'], ['clock', 'Clock drift', 'Sign-in', 'Please set the clock to automatic.'], ['refund', 'Refund is on its way', 'Billing', 'The refund for {{ticket_number}} is on its way. It takes up to five working days.'], ['export', 'Export to CSV', null, 'The export is in the menu of the list, at the top right.']]) {
    await rest(ADMIN, 'PUT', `/saved-replies/${randomUUID()}`, { shortcut, title, body, folder }).catch(() => {})
  }
  const year = new Date().getFullYear()
  await rest(ADMIN, 'PUT', '/settings/opening_hours', { value: { timezone: 'Europe/Vienna', days: { mon: [['09:00', '12:00'], ['13:00', '17:00']], tue: [['09:00', '17:00']], wed: [['09:00', '17:00']], thu: [['09:00', '17:00']], fri: [['09:00', '15:00']], sat: [['20:00', '02:00']], sun: [] }, holidays: [{ date: `${year}-12-25`, name: 'Christmas', spans: [] }, { date: `${year}-12-31`, name: 'New Year’s Eve', spans: [['09:00', '12:00']] }] } })
  return { ticket: ticket.ticket_number, done: done.ticket_number }
}
