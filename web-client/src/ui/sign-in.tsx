// The sign-in page of a development server, where a tester chooses a demo person.

import { useEffect, useState } from 'preact/hooks'
import type { Demo } from '../client/auth.ts'
import type { DemoPerson } from '../protocol/decode-rest.ts'
import { t } from '../locales/index.ts'
import { T } from '../testids.ts'
import { Avatar } from './badges.tsx'
import { Skeleton } from './skeleton.tsx'

type People = readonly DemoPerson[] | null | 'loading'

export function SignIn({ demo }: { readonly demo: Demo }) {
  const [people, setPeople] = useState<People>('loading')
  const load = () => { setPeople('loading'); void demo.people().then(setPeople) }
  useEffect(load, [demo])
  return (
    <main class="sign-in" tabIndex={-1} data-testid={T.signIn}>
      <h1>{t('signin.title')}</h1>
      {people === null && <p class="problem"><span>{t('signin.unavailable')}</span> <button type="button" class="quiet" onClick={load}>{t('app.retry')}</button></p>}
      {people === 'loading' && <Skeleton lines={4} />}
      {people !== null && people !== 'loading' && (
        <>
          <p class="muted">{t('signin.hint')}</p>
          <ul class="people">
            {people.map((person) => (
              <li key={person.id}>
                <button type="button" data-testid={T.signInPerson} data-person={person.name} onClick={() => demo.signIn(person)}>
                  <Avatar name={person.name} />
                  <span class="name">{person.name}</span>
                  <span class="muted">{t(person.role === null ? 'signin.customer' : `signin.${person.role}`)}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </main>
  )
}
