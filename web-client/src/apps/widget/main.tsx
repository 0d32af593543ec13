import '../../ui/styles/core.css'
import '../../ui/styles/form.css'
import '../../ui/styles/widget.css'
import { effect, signal } from '@preact/signals'
import { render } from 'preact'
import { createTokenAuth, isOf, type Auth, type Owner } from '../../client/auth.ts'
import { createBridge, type Bridge } from '../../client/bridge.ts'
import { forgetPerson } from '../../client/forget.ts'
import { createPreferences } from '../../client/preferences.ts'
import { createPerson, type Person } from '../../client/person.ts'
import { isUnfolded } from '../../client/visibility.ts'
import { isComposing } from '../../ui/composition.ts'
import type { Joined } from './talk.tsx'
import { Gate, Widget } from './widget.tsx'

const person = signal<Person<Joined> | null>(null)
const auth = signal<Auth | null>(null)

let owner: Owner | null = null
let stopFollowing = () => {}

function begin(bridge: Bridge): void {
  const signIn = createTokenAuth(location.origin, bridge.token)
  auth.value = signIn
  stopFollowing()
  stopFollowing = effect(() => {
    const state = signIn.state.value
    person.peek()?.dispose()
    owner = state.kind === 'in' ? state.owner : null
    person.value = state.kind === 'in' ? createPerson({ identity: state.identity, tokens: state.tokens, left: signIn.left }, () => import('./talk.tsx')) : null
  })
}

/** The host waits no longer for this than it takes a page to answer; what is not known then is forgotten. */
const SAME_MS = 400

/** Whether the host gives tokens of the same person still: it may only have said so again. */
function isSame(bridge: Bridge, owner: Owner | null): Promise<boolean> {
  return new Promise((known) => {
    setTimeout(() => known(false), SAME_MS)
    bridge.token().then((token) => known(isOf(token, owner)), () => known(false))
  })
}

async function forget(bridge: Bridge): Promise<void> {
  stopFollowing()
  const user = person.peek()?.identity.id
  person.peek()?.dispose()
  person.value = null
  auth.value = null
  if (user !== undefined && !(await isSame(bridge, owner))) forgetPerson(user)
  bridge.forgotten()
}

function Root({ bridge }: { readonly bridge: Bridge }) {
  const known = person.value
  return known === null ? <Gate auth={auth.value} onClose={bridge.close} /> : <Widget key={known.identity.id} person={known} bridge={bridge} />
}

const container = document.getElementById('app')
const origin = new URLSearchParams(location.search).get('origin')
if (container !== null && origin !== null && window.parent !== window) {
  const bridge = createBridge(window.parent, origin, {
    init: (given) => {
      if (auth.peek() !== null) return
      createPreferences(document.documentElement, given)
      begin(bridge)
    },
    open: (on) => {
      isUnfolded.value = on
      // Somebody may have signed in at the host meanwhile.
      const signIn = auth.peek()
      if (on && signIn?.state.peek().kind === 'out') signIn.retry()
    },
    forget: () => void forget(bridge),
  })
  render(<Root bridge={bridge} />, container)
  addEventListener('keydown', (event) => { if (event.key === 'Escape' && !event.defaultPrevented && !isComposing(event)) bridge.close() })
}
