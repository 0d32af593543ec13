// The device's time, for texts such as "5 minutes ago". All components share one timer, which ticks twice a minute.

import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

const TICK_MS = 30_000
const ticks = signal(0)
let readers = 0
let timer: ReturnType<typeof setInterval> | undefined

/** Returns the time in milliseconds since the Unix epoch. Renders the component again every `TICK_MS`. */
export function useNow(): number {
  void ticks.value
  useEffect(() => {
    readers += 1
    timer ??= setInterval(() => { ticks.value += 1 }, TICK_MS)
    return () => {
      readers -= 1
      if (readers > 0) return
      clearInterval(timer)
      timer = undefined
    }
  }, [])
  return Date.now()
}
