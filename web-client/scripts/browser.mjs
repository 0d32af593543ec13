// Helpers of the scripts in this folder: starting a browser and sending requests to a desk. The desk's address comes from the environment
// variable that the browser tests also use.

import { chromium } from 'playwright-core'

export const [BASE = ''] = (process.env.HELPLINE_E2E_URLS ?? '').split(',').map((url) => url.trim().replace(/\/$/, ''))
if (BASE === '') throw new Error('set HELPLINE_E2E_URLS to the address of an instance in development mode: http://127.0.0.1:8080')

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--hide-scrollbars'],
})

export async function rest(user, method, path, body) {
  const { token } = await (await fetch(`${BASE}/dev/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user }) })).json()
  const response = await fetch(`${BASE}/v1${path}`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response.status === 204 ? null : response.json()
}
