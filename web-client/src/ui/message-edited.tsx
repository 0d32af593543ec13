// Says for staff that a message was edited, and shows its earlier versions.

import { useState } from 'preact/hooks'
import type { TicketStore } from '../client/ticket.ts'
import type { TicketMessage } from '../protocol/model.ts'
import { dateTime } from '../locales/dates.ts'
import { t } from '../locales/index.ts'
import { earlier } from '../timeline/versions.ts'
import { T } from '../testids.ts'
import { EditedAt, editedWhen } from './message-tools.tsx'

/** The time of the edit. If this tab has the earlier versions, they open when it is clicked. */
export function EditedVersions({ store, message, at }: { readonly store: TicketStore; readonly message: TicketMessage; readonly at: string }) {
  const [isOpen, setOpen] = useState(false)
  const versions = earlier(store.timeline.value, message)
  if (versions.length === 0) return <EditedAt at={at} />
  return (
    <>
      <button type="button" class="edited" aria-expanded={isOpen} title={`${dateTime(at)} · ${t('timeline.versions')}`} data-testid={T.messageEdited} onClick={() => setOpen(!isOpen)}>{editedWhen(at)}</button>
      {isOpen && (
        <ol class="versions" aria-label={t('timeline.versions')}>
          {versions.map((version) => <li key={version.at} data-testid={T.messageVersion}><time dateTime={version.at}>{dateTime(version.at)}</time><p>{version.text}</p></li>)}
        </ol>
      )}
    </>
  )
}
