import { signal } from "@preact/signals";

export interface Notice {
  id: number;
  line: string;
}

const SHOWN_MS = 8000;
const MOST = 3;

/** Lines for the performer that go away by themselves. */
export class Notices {
  readonly lines = signal<Notice[]>([]);
  #next = 0;

  tell(line: string): void {
    const repeated = this.lines.peek().filter((notice) => notice.line !== line);
    const notice = { id: this.#next++, line };
    this.lines.value = [...repeated, notice].slice(-MOST);
    setTimeout(() => this.dismiss(notice.id), SHOWN_MS);
  }

  dismiss(id: number): void {
    this.lines.value = this.lines.peek().filter((notice) => notice.id !== id);
  }
}
