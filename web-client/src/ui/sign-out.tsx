// The dialog for a person who signs out with unsent messages: it asks whether to send, keep or discard them.

import { useEffect, useState } from 'preact/hooks'
import type { Client } from '../client/client.ts'
import '../locales/sign-out.ts'
import { t } from '../locales/index.ts'
import { SIGN_OUT } from '../testids.ts'
import { Dialog } from './kit/dialog.tsx'

interface SignOutProps {
  readonly client: Client
  readonly onSignOut: () => void
  readonly onClose: () => void
}

export function SignOut({ client, onSignOut, onClose }: SignOutProps) {
  const [isSending, setSending] = useState(false)
  const unsent = client.unsent.value
  const n = unsent.length
  const isRefused = n > 0 && unsent.every((entry) => entry.refused !== null)
  // When the last message has been sent or discarded, sign the person out.
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- runs once, when no message is left
  useEffect(() => { if (n === 0) onSignOut() }, [n])
  useEffect(() => { if (isRefused) setSending(false) }, [isRefused])
  const send = () => {
    setSending(true)
    // Sends all unsent messages as written, including messages that were held back for undo, paused at a sign-out, or refused by the
    // server.
    for (const { key } of client.outbox.entries()) client.outbox.retry(key, 'as_written')
  }
  const keep = () => {
    client.outbox.pause()
    onSignOut()
  }
  const discard = () => {
    for (const { key } of client.outbox.entries()) client.outbox.discard(key)
    onSignOut()
  }
  const isUnkept = client.outbox.isUnkept()
  return (
    <Dialog title={t('signin.out')} onClose={onClose} testid={SIGN_OUT.ask}>
      <div class="sign-out-ask" data-unsent={n}>
        <p><strong>{t('signout.unsent', { n })}</strong></p>
        <p class="muted">{t(isUnkept ? 'signout.unkept' : 'signout.hint')}</p>
        <p role="status">{isSending ? t(client.live.value ? 'signout.sending' : 'signout.no_connection') : isRefused && t('signout.refused')}</p>
        <div class="choices">
          <button type="button" class="primary" disabled={isSending} data-testid={SIGN_OUT.send} onClick={send}>{t('signout.send')}</button>
          {!isUnkept && <button type="button" data-testid={SIGN_OUT.keep} onClick={keep}>{t('signout.keep')}</button>}
          <button type="button" class="danger" data-testid={SIGN_OUT.discard} onClick={discard}>{t('signout.discard')}</button>
          <button type="button" class="quiet" onClick={onClose}>{t('app.cancel')}</button>
        </div>
      </div>
    </Dialog>
  )
}
