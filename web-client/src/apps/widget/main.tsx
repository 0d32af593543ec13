// The entry point of the widget's iframe: signs the person in and renders the widget for them.

import { effect, signal } from '@preact/signals'
import { render } from 'preact'
import { compared, createTokenAuth, type Auth, type Whose } from '../../client/auth.ts'
import { createBridge, type Bridge, type Wish } from '../../client/bridge.ts'
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
import { Gate, Widget } from './widget.tsx'

addStyles(core, styles)

const person = signal<Person<Joined> | null>(null)
const auth = signal<Auth | null>(null)
const wishes = signal<readonly Wish[]>([])
const openings = signal(0)

let appearance: Appearance | null = null
/**
 * Id of the person who was signed in before the host page called `identify`. Their stored data is kept until it is known whether the person
 * has changed.
 */
let former: string | null = null
let stopFollowing = () => {}

function begin(bridge: Bridge): void {
  let said: string | null | undefined
  const signIn = createTokenAuth(location.origin, async () => said = await bridge.token())
  auth.value = signIn
  stopFollowing()
  stopFollowing = effect(() => {
    const state = signIn.state.value
    const user = state.kind === 'in' ? state.identity.id : null
    person.peek()?.dispose()
    if (state.kind === 'out') bridge.unread(0)
    // Remove the previous person's data only if it is known who is signed in, or known that no one is signed in. A token that the desk
    // refused may belong to the same person.
    if (user !== null || said === null) leaveOthers(bridge, user)
    if (state.kind === 'failed' && former !== null) setTimeout(signIn.retry, RETRY_MS)
    person.value = state.kind === 'in' ? createPerson({ identity: state.identity, tokens: state.tokens, left: signIn.left }, async () => {
      const { join } = await import('./talk.tsx')
      await sentencesCame()
      return { join }
    }) : null
  })
}

/**
 * Removes what the previous person had open and stored. Does nothing if `user` is the previous person; `user` is null if no one is signed
 * in.
 */
function leaveOthers(bridge: Bridge, user: string | null): void {
  if (isOthersPlace(user)) {
    forgetPlaces()
    // Close the widget if it reopened only because another person had it open on the previous page.
    if (!former && !openings.peek()) bridge.close()
  }
  if (former && former !== user) forgetPerson(former)
  former = null
}

const RETRY_MS = 3_000
/** How long `forget` waits for a new token. If the token belongs to the same person, the widget stays as it is. */
const SAME_MS = 400

async function forget(bridge: Bridge, all: boolean, shown: HTMLElement): Promise<void> {
  const now = auth.peek()?.state.peek()
  const user = now?.kind === 'in' ? now.identity.id : former
  let whose: Whose = all ? 'other' : 'unknown'
  if (!all && now?.kind === 'in') {
    // Hide the content while it is unknown who is signed in. `opacity` is used, because it does not take the focus from the content.
    shown.style.opacity = '0'
    whose = compared(await bridge.token(SAME_MS).catch(() => ''), now.owner)
    shown.style.opacity = ''
  }
  if (whose !== 'same') former = user
  if (whose === 'unknown') begin(bridge)
  if (whose === 'other') {
    stopFollowing()
    person.peek()?.dispose()
    person.value = null
    leaveOthers(bridge, null)
  }
  bridge.forgotten(whose)
}

function Root({ bridge }: { readonly bridge: Bridge }) {
  const known = person.value
  return known === null ? <Gate auth={auth.value} onClose={bridge.close} /> : <Widget key={known.identity.id} person={known} bridge={bridge} wishes={wishes} openings={openings} />
}

const container = document.getElementById('app')
const origin = new URLSearchParams(location.search).get('origin')
if (container !== null && origin !== null && window.parent !== window) {
  const bridge = createBridge(window.parent, origin, {
    init: (given) => {
      setPageLook(document.documentElement, given.look)
      appearance?.dispose()
      appearance = createAppearance(document.documentElement, given)
      if (auth.peek() !== null) return
      // The widget's stored location (the view that was open) may come from another tab or from before a `shutdown`. In these cases, start
      // at the first screen.
      if (!given.was) forgetPlaces()
      begin(bridge)
    },
    open: (on, byPerson) => {
      isUnfolded.value = on
      if (on && byPerson) openings.value++
      // If no one is signed in, try to sign in again: the person may have signed in on the host page since the last attempt.
      const signIn = auth.peek()
      if (on && signIn?.state.peek().kind === 'out') signIn.retry()
    },
    wish: (one) => { wishes.value = [...wishes.peek(), one] },
    forget: (all) => void forget(bridge, all, container),
  })
  askDesk()
  // A file that is dropped where nothing takes it would open in place of the widget.
  for (const type of ['dragover', 'drop'] as const) addEventListener(type, (event) => { if (event.dataTransfer?.types.includes('Files') === true) event.preventDefault() })
  render(<Root bridge={bridge} />, container)
  addEventListener('keydown', (event) => { if (event.key === 'Escape' && !event.defaultPrevented && !isComposing(event)) bridge.close() })
}
