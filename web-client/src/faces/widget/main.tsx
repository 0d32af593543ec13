import '../../ui/styles/core.css'
import '../../ui/styles/widget.css'
import { effect, signal } from '@preact/signals'
import { render } from 'preact'
import { createTokenAuth, isOf, type Auth } from '../../app/auth.ts'
import { createBridge, type Bridge } from '../../app/bridge.ts'
import { createDesk, type Desk } from '../../app/desk.ts'
import { forgetPerson } from '../../app/forget.ts'
import { createLooks } from '../../app/looks.ts'
import { unfolded } from '../../app/seen.ts'
import { isComposing } from '../../ui/composition.ts'
import { Gate, Widget } from './widget.tsx'

const desk = signal<Desk | null>(null)
const auth = signal<Auth | null>(null)

function begin(bridge: Bridge): void {
  const signIn = createTokenAuth(location.origin, bridge.token)
  auth.value = signIn
  effect(() => {
    const state = signIn.state.value
    desk.peek()?.dispose()
    desk.value = state.kind === 'in' ? createDesk(state.identity, state.tokens, location.origin, signIn.left) : null
  })
}

/** The host waits no longer for this than it takes a page to answer; what is not known then is forgotten. */
const SAME_MS = 400

/** Whether the host gives tokens of the same person still: it may only have said so again. */
function isSame(bridge: Bridge, user: string): Promise<boolean> {
  return new Promise((known) => {
    setTimeout(() => known(false), SAME_MS)
    bridge.token().then((token) => known(isOf(token, user)), () => known(false))
  })
}

async function forget(bridge: Bridge): Promise<void> {
  const person = desk.peek()?.identity.id
  desk.peek()?.dispose()
  desk.value = null
  auth.value = null
  if (person !== undefined && !(await isSame(bridge, person))) forgetPerson(person)
  bridge.forgotten()
}

function Root({ bridge }: { readonly bridge: Bridge }) {
  const open = desk.value
  return open === null ? <Gate auth={auth.value} onClose={bridge.close} /> : <Widget key={open.identity.id} desk={open} bridge={bridge} />
}

const container = document.getElementById('app')
const origin = new URLSearchParams(location.search).get('origin')
if (container !== null && origin !== null && window.parent !== window) {
  const bridge = createBridge(window.parent, origin, {
    init: (given) => {
      if (auth.peek() !== null) return
      createLooks(document.documentElement, given)
      begin(bridge)
    },
    open: (on) => {
      unfolded.value = on
      // Somebody may have signed in at the host meanwhile.
      const signIn = auth.peek()
      if (on && signIn?.state.peek().kind === 'out') signIn.retry()
    },
    forget: () => void forget(bridge),
  })
  render(<Root bridge={bridge} />, container)
  addEventListener('keydown', (event) => { if (event.key === 'Escape' && !event.defaultPrevented && !isComposing(event)) bridge.close() })
}
