// The files of all messages of a ticket, newest first. Loaded when the list is first opened.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { TicketStore } from '../client/ticket.ts'
import type { Problem, TicketFileRow } from '../protocol/model.ts'
import { dateTime } from '../locales/dates.ts'
import { t } from '../locales/index.ts'
import { T } from '../testids.ts'
import { ProblemLine } from './feedback.tsx'
import { useFiles } from './file-state.tsx'
import { FileRow, Gallery, isOpen, Preview } from './message-files.tsx'
import { Skeleton } from './skeleton.tsx'
import css from './styles/files.css?inline'
import { useSheet } from './use-sheet.ts'

interface TicketFilesProps {
  readonly store: TicketStore
  readonly ticket: string
  /** Whether pictures have previews. The support page has none here, because its messages show them. */
  readonly previews?: boolean
}

export function TicketFiles({ store, ticket, previews = false }: TicketFilesProps) {
  const box = useRef<HTMLDivElement>(null)
  useSheet(box, css)
  const files = useFiles(store.files)
  const [list, setList] = useState<readonly TicketFileRow[] | null>(null)
  const [more, setMore] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [tries, setTries] = useState(0)
  const [shown, setShown] = useState<string | null>(null)
  const pictures = (list ?? []).filter((file) => file.preview && isOpen(file))
  const timeline = store.timeline.value
  // The files of the loaded messages, with their states. When this changes, the list is loaded again.
  const known = useMemo(() => timeline.events.flatMap(({ kind, message }) => (kind === 'message_added' || kind === 'internal_note_added' ? message?.attachments ?? [] : [])).map(({ id, state }) => id + state).join(), [timeline.events])
  const load = async (before: number | null, isCurrent: () => boolean) => {
    const result = await files?.rest.ofTicket(ticket, before)
    if (result === undefined || !isCurrent()) return
    setProblem(result.ok ? null : result.problem)
    if (!result.ok) return
    setList((shown) => (before === null ? result.value.attachments : [...(shown ?? []), ...result.value.attachments]))
    setMore(result.value.more)
  }
  useEffect(() => {
    let isCurrent = true
    void load(null, () => isCurrent)
    return () => { isCurrent = false }
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `load` reads the current files
  }, [files, ticket, known, tries])
  const last = list?.at(-1)?.seq ?? null
  return (
    <div class="ticket-files" ref={box} data-testid={T.ticketFiles} data-count={list?.length}>
      <ProblemLine problem={problem} onRetry={() => setTries(tries + 1)} />
      {list === null && problem === null && <Skeleton lines={2} />}
      {list !== null && list.length === 0 && <p class="muted">{t('files.none')}</p>}
      <ul class="files">
        {(list ?? []).map((file) => (
          <li key={file.id} data-testid={T.ticketFile} data-state={file.state}>
            <span class="by"><bdi>{t('files.by', { who: file.sender ?? t('app.system'), when: dateTime(file.at) })}</bdi>{file.is_internal === true && <> · {t('files.in_note')}</>}</span>
            <div class="file-card">
              {previews && file.preview && isOpen(file) && <Preview access={store.files} file={file} onOpen={() => setShown(file.id)} />}
              <FileRow access={store.files} file={file} />
            </div>
          </li>
        ))}
      </ul>
      {shown !== null && pictures.length > 0 && <Gallery access={store.files} pictures={pictures} first={shown} onClose={() => setShown(null)} />}
      {more && <button type="button" class="link" onClick={() => void load(last, () => true)}>{t('files.more')}</button>}
    </div>
  )
}
