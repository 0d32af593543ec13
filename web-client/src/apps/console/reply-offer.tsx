// Offers saved replies when the agent types a slash and the beginning of a reply's shortcut.

import { useId, useState } from 'preact/hooks'
import { filled, inserted, isPersonal, isSlashed, offered, slashed } from '../../client/saved-replies.ts'
import type { SavedReply } from '../../protocol/generated.ts'
import type { StaffView } from '../../protocol/model.ts'
import { t } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { intoSight } from '../../ui/scroll.ts'
import type { Offer } from '../../ui/composer.tsx'

export function useReplyOffer(replies: readonly SavedReply[], ticket: StaffView, agent: string) {
  const [at, setAt] = useState(0)
  /** The unfinished shortcut for which the agent has closed the menu of saved replies, or null. Typing reopens the menu. */
  const [away, setAway] = useState<string | null>(null)
  const id = useId()
  return (whole: string, put: (text: string) => void): Offer | null => {
    const isWhole = isSlashed(whole)
    const text = isWhole ? whole.trim() : whole
    const begun = slashed(text)
    const isAway = away === begun
    if (begun === null || (!isWhole && (isAway || replies.length === 0))) return null
    const found = offered(replies, begun)
    const active = found[Math.min(at, found.length - 1)]
    const take = (reply: SavedReply) => {
      setAt(0)
      put(inserted(text, filled(reply.body, ticket, agent)))
    }
    return {
      menuId: isAway ? undefined : id,
      activeId: isAway || active === undefined ? null : `${id}-${active.id}`,
      menu: isAway ? null : (
        <ul id={id} class="reply-menu" role="listbox" aria-label={t('replies.pick')} data-testid={T.replyMenu}>
          {found.length === 0 && <li class="muted" role="option" aria-selected={false} aria-disabled>{t('replies.no_match')}</li>}
          {found.map((reply) => (
            <li key={reply.id} id={`${id}-${reply.id}`} role="option" aria-selected={reply === active} ref={reply === active ? intoSight : null} data-testid={T.replyOption} data-shortcut={reply.shortcut} onMouseDown={(event) => { event.preventDefault(); take(reply) }}>
              <code>/{reply.shortcut}</code> <strong dir="auto">{reply.title}</strong>{isPersonal(reply) && <em>{t('replies.mine')}</em>}{(reply.folder ?? null) !== null && <em><bdi>{reply.folder}</bdi></em>} <span class="muted" dir="auto">{reply.body}</span>
            </li>
          ))}
        </ul>
      ),
      onKey(key, sends) {
        if (isAway) {
          // A message that consists only of an unfinished shortcut is not sent. Instead, the menu of saved replies opens again.
          if (sends) setAway(null)
          return sends
        }
        switch (key) {
          case 'ArrowDown': setAt(Math.min(found.length - 1, at + 1)); return found.length > 0
          case 'ArrowUp': setAt(Math.max(0, at - 1)); return found.length > 0
          case 'Escape': setAway(begun); return true
          case 'Tab':
          case 'Enter':
            if (active !== undefined) take(active)
            // If no saved reply matches, the key that normally sends the message only closes the menu of saved replies. If the message
            // consists only of the unfinished shortcut, the menu stays open.
            else if (sends && !isWhole) setAway(begun)
            return active !== undefined || sends
          default:
            if (away !== null) setAway(null)
            return false
        }
      },
    }
  }
}
