// Puts a face on the page: sign-in first, then the face with the desk of whoever signed in.

import { effect, signal } from '@preact/signals'
import { render, type FunctionComponent } from 'preact'
import { createDevAuth, type DevAuth } from '../app/auth.ts'
import { createDesk, type Desk } from '../app/desk.ts'
import { forgetDrafts } from '../app/drafts.ts'
import { createRouter, type Router } from '../app/router.ts'
import { t, type StringKey } from '../strings.ts'
import { TopBar } from './frame.tsx'
import { SignIn } from './sign-in.tsx'

export interface FaceProps {
  readonly desk: Desk
  readonly router: Router
  readonly onSignOut: () => void
}

interface Mounting {
  readonly base: string
  readonly title: StringKey
  readonly face: FunctionComponent<FaceProps>
}

export function mount({ base, title, face: Face }: Mounting): void {
  const auth: DevAuth = createDevAuth()
  const router = createRouter(base)
  const desk = signal<Desk | null>(null)
  effect(() => {
    const identity = auth.identity.value
    desk.peek()?.dispose()
    forgetDrafts()
    desk.value = identity === null ? null : createDesk(identity, auth.tokens(identity))
  })
  const onSignOut = () => {
    router.go('')
    auth.signOut()
  }
  function Root() {
    const open = desk.value
    // A new person gets a new tree: nothing of the one before stays in it.
    if (open !== null) return <Face key={open.identity.id} desk={open} router={router} onSignOut={onSignOut} />
    return (
      <div class="page">
        <TopBar title={t(title)} home={router.href('')} identity={null} onHome={() => router.go('')} onSignOut={onSignOut} />
        <SignIn auth={auth} />
      </div>
    )
  }
  const root = document.getElementById('app')
  if (root !== null) render(<Root />, root)
}
