// Creates people whom the desk has never seen. The demo people cannot be used for this, because they already have tickets.

import { createHmac, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { BrowserContext } from 'playwright-core'
import { decodeToken } from '../src/protocol/decode-rest.ts'
import { isObject, parseJson } from '../src/protocol/narrow.ts'
import { CUSTOMERS, people } from './help.ts'

const coded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signs a token for a new person, as the host platform would. */
export async function newcomerToken(id: string = randomUUID()): Promise<string> {
  const file = process.env['HELPLINE_E2E_SECRET']
  if (file === undefined) throw new Error('set HELPLINE_E2E_SECRET to the file with the secret that the demo people\'s tokens are signed with')
  const { customer } = await people()
  const answer = await fetch(`${CUSTOMERS}/dev/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user: customer.name }) })
  const claims = parseJson(Buffer.from((decodeToken(await answer.json()) ?? '').split('.')[1] ?? '', 'base64url').toString())
  const content = `${coded({ alg: 'HS256', typ: 'JWT' })}.${coded({ ...(isObject(claims) ? claims : {}), sub: id, email: `${id}@example.org`, user_metadata: { full_name: 'Nova Neumann' } })}`
  return `${content}.${createHmac('sha256', readFileSync(file, 'utf8').trim()).update(content).digest('base64url')}`
}

/** Makes the demo host page sign in as a new person. */
export async function asNewcomer(place: BrowserContext): Promise<void> {
  const token = await newcomerToken()
  await place.route('**/dev/token', (route) => route.fulfill({ json: { token } }))
}
