import { useId, useState } from 'preact/hooks'
import { isPersonal } from '../../../../client/saved-replies.ts'
import type { SavedReply } from '../../../../protocol/generated.ts'
import { T } from '../../../../testids.ts'
import { Button } from '../../../../ui/kit/button.tsx'
import { Menu, type MenuItem } from '../../../../ui/kit/menu.tsx'
import { Tag } from '../../../../ui/kit/tag.tsx'
import { Preview } from './preview.tsx'
import { s } from './strings.ts'
import { R } from './testids.ts'

interface RowProps {
  readonly reply: SavedReply
  readonly agent: string
  /** Null if the person may not edit this reply. Only admins may edit the team's replies. */
  readonly onEdit: (() => void) | null
  readonly onCopy: () => void
  /** Actions other than editing and copying. They are shown in the row's menu. */
  readonly items: readonly MenuItem[]
}

export function ReplyRow({ reply, agent, onEdit, onCopy, items }: RowProps) {
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  return (
    <li class="reply-row" data-testid={T.replyRow} data-reply={reply.id} data-shortcut={reply.shortcut}>
      <div class="reply-line">
        <button type="button" class="reply-open" aria-expanded={onEdit === null ? isOpen : undefined} aria-controls={onEdit === null && isOpen ? id : undefined} data-testid={R.open} onClick={onEdit ?? (() => setOpen(!isOpen))}>
          <span class="reply-head"><strong dir="auto">{reply.title}</strong><code dir="ltr">/{reply.shortcut}</code>{isPersonal(reply) && <Tag tone="accent">{s('saved.mine')}</Tag>}</span>
          <span class="reply-snippet muted" dir="auto">{reply.body}</span>
        </button>
        <Menu label={s('saved.more', { title: reply.title })} items={items} testid={R.menu} />
      </div>
      {isOpen && onEdit === null && (
        <div id={id} class="reply-read">
          <Preview body={reply.body} agent={agent} />
          <div class="actions"><Button testid={R.copy} onClick={onCopy}>{s('saved.copy')}</Button></div>
        </div>
      )}
    </li>
  )
}
