// A client that uses only types generated from /openapi.json: it opens, writes, lists, pages, changes and rates tickets, and reads
// the history.
import { equal, ok } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import createClient from 'openapi-fetch'
import type { components, paths } from './schema.js'

const baseUrl = process.argv[2]
ok(baseUrl !== undefined, 'the address of an instance')

async function signIn(user: string) {
  const answer = await fetch(`${baseUrl}/dev/token`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user }),
  })
  const { token } = await answer.json() as { token: string }
  return createClient<paths>({ baseUrl: baseUrl!, headers: { authorization: `Bearer ${token}` } })
}

/** The data of an answer. Throws if it is a refusal. */
function good<T>(answer: { data?: T, error?: components['schemas']['Problem'] }): T {
  ok(answer.data !== undefined, JSON.stringify(answer.error))
  return answer.data
}

const key = () => ({ 'Idempotency-Key': randomUUID() })
const ada = await signIn('Ada')
const grace = await signIn('Grace')

const opened = await ada.POST('/v1/tickets', {
  params: { header: key() },
  body: { subject: 'By a generated client', category: 'general', description: 'It has types.', metadata: { build: 7 } },
})
const { id, status, ticket_number } = good(opened)
equal(opened.response.status, 201)
equal(opened.response.headers.get('location'), `/v1/tickets/${id}`)
equal(status satisfies components['schemas']['Status'], 'open')
const path = { ticket: id }

const again = { params: { path, header: key() }, body: { body: 'One more thing.' } }
const sent = good(await ada.POST('/v1/tickets/{ticket}/messages', again))
equal(good(await ada.POST('/v1/tickets/{ticket}/messages', again)).seq, sent.seq, 'a retry is the same message')

await ada.POST('/v1/tickets', { params: { header: key() }, body: { subject: 'Another', category: 'billing', description: 'So that there are two pages.' } })
const first = good(await ada.GET('/v1/tickets', { params: { query: { limit: 1 } } }))
equal(first.tickets.length, 1)
ok(first.next_cursor !== null)
const second = good(await ada.GET('/v1/tickets', { params: { query: { limit: 1, cursor: first.next_cursor } } }))
ok(second.tickets[0] !== undefined && second.tickets[0].id !== first.tickets[0]?.id)

const page = good(await ada.GET('/v1/tickets/{ticket}/activity', { params: { path, query: { limit: 1 } } }))
ok(page.more_before && page.events[0] !== undefined)
equal(page.events[0].message?.body, 'One more thing.')
const before = good(await ada.GET('/v1/tickets/{ticket}/activity', { params: { path, query: { before: page.events[0].seq } } }))
equal(before.events.at(-1)?.seq, page.events[0].seq - 1)

const changed = good(await grace.PATCH('/v1/tickets/{ticket}', { params: { path: { ticket: ticket_number } }, body: { status: 'resolved', assigned_to: 'me' } }))
ok('user_id' in changed, 'the staff see who it is')
equal(changed.assigned_to?.name, 'Grace Hopper')
const { response, error } = await ada.PATCH('/v1/tickets/{ticket}', { params: { path }, body: { priority: 'urgent' } })
equal(response.status, 403)
equal(error?.code satisfies components['schemas']['RejectCode'] | undefined, 'forbidden')

const rated = good(await ada.PUT('/v1/tickets/{ticket}/rating', { params: { path }, body: { satisfaction_rating: 5, satisfaction_comment: null } }))
equal(rated.rating?.satisfaction_rating, 5)
equal(rated.rating?.satisfaction_comment, null)
console.log('A generated client opens, writes, lists, pages, changes and rates.')
