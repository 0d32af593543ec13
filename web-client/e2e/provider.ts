// Starts a certified OpenID provider (npm's `oidc-provider`) with its own sign-in pages. The people of the tests sign in there with only a
// name.

import { createRequire } from 'node:module'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'

const CLIENT = process.env['HELPLINE_E2E_OIDC_CLIENT'] ?? ''
const SECRET = process.env['HELPLINE_E2E_OIDC_SECRET'] ?? ''

/**
 * Starts the provider at `issuer`, the address that the desk has in its settings. `client` is the public address of the desk, which is the
 * provider's client.
 */
export async function startProvider(issuer: string, client: string): Promise<Server> {
  // `oidc-provider` is installed outside of the project, only for this test. It has no types.
  const entry = createRequire(`${process.env['HELPLINE_E2E_OIDC'] ?? ''}/`).resolve('oidc-provider')
  const { default: Provider } = await import(pathToFileURL(entry).href)
  const provider = new Provider(issuer, {
    clients: [{
      client_id: CLIENT,
      client_secret: SECRET,
      redirect_uris: [`${client}/oidc/callback`],
      post_logout_redirect_uris: [`${client}/oidc/signed-out`],
    }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['of the tests alone'] },
    pkce: { required: () => true },
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, name: `${id[0]?.toUpperCase() ?? ''}${id.slice(1)} of the Tests`, email: `${id}@id.example`, email_verified: true }),
    }),
  })
  const server = createServer(provider.callback())
  server.listen(Number(new URL(issuer).port), '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Fills in the provider's sign-in page and its consent page. */
export async function signInThere(page: Page, login: string): Promise<void> {
  await page.locator('input[name=login]').fill(login)
  await page.locator('input[name=password]').fill('any')
  await page.locator('button[type=submit]').click()
  await page.getByRole('button', { name: 'Continue' }).click()
}

/** Cancels the sign-in on the provider's page. */
export async function cancelThere(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Cancel' }).click()
}

/** Confirms on the provider's page that the provider ends its own session too. */
export async function signOutThere(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Yes, sign me out' }).click()
}
