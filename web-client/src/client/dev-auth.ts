// Sign-in as a demo person, on a server in development mode. Loaded only there.

import { signal } from '@preact/signals'
import type { KeyValue } from '../outbox/store.ts'
import { STAFF_ROLES } from '../protocol/generated.ts'
import { decodeDemoPeople, decodeToken } from '../protocol/decode-rest.ts'
import { isObject, parseJson, text, word } from '../protocol/narrow.ts'
import { t } from '../locales/index.ts'
import { say } from './notifications.ts'
import { keeping, ownerOf, tokensOf, type Auth, type AuthState, type Identity, type Owner } from './auth.ts'
import { keepItem, storageOr, thisPage, type Page } from './browser.ts'

const ITEM = 'helpline.dev.person'

/** Signs in as a demo person. The choice is stored per tab, so that two tabs can be signed in as two people. */
export function createDevAuth(origin: string, storage: KeyValue = storageOr('sessionStorage'), page: Pick<Page, 'fetch'> = thisPage): Auth {
  const left = (user: string) => {
    const now = state.peek()
    if (now.kind === 'in' && now.identity.id === user) signOut()
  }
  const signOut = () => {
    storage.removeItem(ITEM)
    state.value = enter(null)
  }
  const enter = (identity: Identity | null): AuthState =>
    identity === null ? { kind: 'pick' } : entered(identity, ownerOf(identity.id, null))
  const entered = (identity: Identity, owner: Owner): AuthState =>
    ({ kind: 'in', identity, owner, tokens: tokensOf(identity.id, owner, keeping(() => devToken(page, origin, identity.name)), left) })
  const state = signal<AuthState>(enter(decodeIdentity(storage.getItem(ITEM))))
  return {
    state,
    retry() {},
    left,
    demo: {
      async people() {
        try {
          const response = await page.fetch(`${origin}/dev/users`)
          return response.ok ? (decodeDemoPeople(await response.json()) ?? null) : null
        } catch {
          return null
        }
      },
      signIn({ id, name, role }) {
        const isKept = keepItem(storage, ITEM, JSON.stringify({ id, name, role }))
        state.value = enter({ id, name, role })
        if (!isKept) say(t('signin.unkept'))
      },
      signOut,
    },
  }
}

async function devToken(page: Pick<Page, 'fetch'>, origin: string, user: string): Promise<string | null> {
  const response = await page.fetch(`${origin}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  })
  // A 4xx status means that the demo person no longer exists. Status 429 and other failures may be temporary.
  if (response.status >= 400 && response.status < 500 && response.status !== 429) return null
  const token = response.ok ? decodeToken(await response.json()) : null
  if (token === null) throw new Error('no token')
  return token
}

function decodeIdentity(source: string | null): Identity | null {
  const value = parseJson(source ?? '')
  if (!isObject(value)) return null
  const id = text(value['id'])
  const name = text(value['name'])
  return id === null || name === null ? null : { id, name, role: word(STAFF_ROLES, value['role']) }
}
