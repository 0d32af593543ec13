// The drawings of the icons, as SVG paths on a 24 × 24 grid with a line width of 1.75.

/** Icons that the first screen of any app may need. */
export const BASE_ICONS = {
  down: 'M12 5v14M6 13l6 6 6-6',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  checks: 'M2 12.5l4.5 4.5L16 7.5M12.5 17l9.5-9.5',
  clock: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17M12 7.5V12l3 2',
  alert: 'M12 4l9 16H3zM12 10v4M12 17h.01',
  star: 'M12 3.6l2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8-4.2-4.1 5.8-.8z',
} as const

/** Icons that the pages use, but the widget does not. */
export const PAGE_ICONS = {
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M15 5l-7 7 7 7',
  settings: 'M4 6h9m4 0h3M4 12h3m4 0h9M4 18h11m4 0h1M15 4v4M9 10v4M17 16v4',
  next: 'M9 5l7 7-7 7',
  unread: 'M20 12v6H4V6h9M4 6.5l8 6.5 4-3.2M21.5 6a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0',
  panel: 'M4 5h16v14H4zM15 5v14',
  search: 'M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14M16 16l4.5 4.5',
  filter: 'M4 7h16M7 12h10M10 17h4',
  plus: 'M12 5v14M5 12h14',
  reply: 'M10 6l-6 6 6 6M4 12h9a7 7 0 0 1 7 7',
  note: 'M5 4h14v10l-5 6H5zM14 20v-6h5',
  saved: 'M13 3L5 14h6l-1 7 8-11h-6z',
  send: 'M4 12l16-7-5 15-4-6zM11 14l4-4',
  done: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17M8 12.3l2.8 2.7L16 9.5',
  person: 'M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8M4.5 20c.8-3.6 3.7-5.5 7.5-5.5s6.7 1.9 7.5 5.5',
  people: 'M9 5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7M2.5 19.5c.6-3.2 3-5 6.5-5s5.9 1.8 6.5 5M15.5 5.2a3.5 3.5 0 0 1 0 6.6M18 14.8c2 .6 3.2 2.2 3.5 4.7',
  mail: 'M3.5 6h17v12h-17zM3.5 7l8.5 6 8.5-6',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  device: 'M4 5h16v11H4zM9 20h6M12 16v4',
  chat: 'M4 5h16v12h-9l-5 4v-4H4z',
  inbox: 'M4 13l3-8h10l3 8v6H4zM4 13h5l1 2.5h4l1-2.5h5',
  chart: 'M4 20h16M7 16v-5M12 16V5M17 16v-8',
  eye: 'M2.5 12C5 7.5 8.3 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.8 6.5-9.5 6.5s-7-2-9.5-6.5M12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5',
  out: 'M14 4H5v16h9M10 12h10M16.5 8l4 4-4 4',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  tag: 'M4 4h8l8.5 8.5-8 8L4 12zM8 8h.01',
  theme: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17M12 3.5v17M12 8h7.4M12 12.2h8.5M12 16.4h7.2',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  pulse: 'M3 12h4l3-8 4 16 3-8h4',
  retry: 'M19.5 12a7.5 7.5 0 1 1-2.2-5.3L20 9M20 4v5h-5',
} as const
