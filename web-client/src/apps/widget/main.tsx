// The widget's frame: who is there, and what of the widget they see.

import { effect, signal } from '@preact/signals'
import { render } from 'preact'
import { createTokenAuth, isOf, type Auth, type Owner } from '../../client/auth.ts'
import { createBridge, type Bridge } from '../../client/bridge.ts'
import { forgetPerson } from '../../client/forget.ts'
import { forgetPlaces, isOthersPlace } from '../../client/kept-place.ts'
import { createAppearance, type Appearance } from '../../client/appearance.ts'
import { createPerson, type Person } from '../../client/person.ts'
import { isUnfolded } from '../../client/visibility.ts'
import { sentencesCame } from '../../locales/index.ts'
import { isComposing } from '../../ui/composition.ts'
import core from '../../ui/styles/core.css?inline'
import styles from '../../ui/styles/widget.css?inline'
import { askDesk, setPageLook } from './look.ts'
import { addStyles } from './styles.ts'
import type { Joined } from './talk.tsx'
import { Gate, Widget, type Wish } from './widget.tsx'

addStyles(core, styles)

const person = signal<Person<Joined> | null>(null)
const auth = signal<Auth | null>(null)
const wish = signal<Wish | null>(null)
const openings = signal(0)

let appearance: Appearance | null = null
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
    if (state.kind === 'in' || state.kind === 'out') leaveOthersPlace(bridge, state.kind === 'in' ? state.identity.id : null)
    person.value = state.kind === 'in' ? createPerson({ identity: state.identity, tokens: state.tokens, left: signIn.left }, async () => {
      const { join } = await import('./talk.tsx')
      await sentencesCame()
      return { join }
    }) : null
  })
}

/** The page before was another person's, or no one is signed in any more: what they had open is not opened here. */
function leaveOthersPlace(bridge: Bridge, user: string | null): void {
  if (user === null) bridge.unread(0)
  if (!isOthersPlace(user)) return
  forgetPlaces()
  if (openings.peek() === 0) bridge.close()
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

async function forget(bridge: Bridge, all: boolean): Promise<void> {
  stopFollowing()
  const user = person.peek()?.identity.id
  person.peek()?.dispose()
  person.value = null
  auth.value = null
  // A place is of one person by its name: before it is known who is there, it may be theirs.
  if (all || (user !== undefined && !(await isSame(bridge, owner)))) {
    forgetPlaces()
    if (user !== undefined) forgetPerson(user)
  }
  bridge.forgotten()
}

function Root({ bridge }: { readonly bridge: Bridge }) {
  const known = person.value
  return known === null ? <Gate auth={auth.value} onClose={bridge.close} /> : <Widget key={known.identity.id} person={known} bridge={bridge} wish={wish} openings={openings} />
}

const container = document.getElementById('app')
const origin = new URLSearchParams(location.search).get('origin')
if (container !== null && origin !== null && window.parent !== window) {
  let isBegun = false
  const bridge = createBridge(window.parent, origin, {
    init: (given) => {
      setPageLook(document.documentElement, given.look)
      appearance?.dispose()
      appearance = createAppearance(document.documentElement, given)
      if (isBegun) return
      isBegun = true
      // Another tab's, or of before `shutdown`: this visit begins at the first screen.
      if (!given.was) forgetPlaces()
      begin(bridge)
    },
    open: (on, byPerson) => {
      isUnfolded.value = on
      if (on && byPerson) openings.value++
      // A person may have signed in at the host meanwhile.
      const signIn = auth.peek()
      if (on && signIn?.state.peek().kind === 'out') signIn.retry()
    },
    go: (ticket) => { wish.value = { kind: 'go', ticket } },
    write: (text) => { wish.value = { kind: 'write', text } },
    back: () => { wish.value = { kind: 'back' } },
    forget: (all) => void forget(bridge, all),
  })
  askDesk()
  render(<Root bridge={bridge} />, container)
  addEventListener('keydown', (event) => { if (event.key === 'Escape' && !event.defaultPrevented && !isComposing(event)) bridge.close() })
}
