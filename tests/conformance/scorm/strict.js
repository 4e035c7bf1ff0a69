/**
 * A SCORM 1.2 run-time that takes nothing the standard does not allow: data types, lengths, vocabularies, order of calls.
 * Source: SCORM 1.2 RTE, 3.4 (data model) and 3.3 (states and error codes).
 */
(() => {
  const ASCII = "[\\x20-\\x7e\\n\\r\\t]";
  const TIMESPAN = /^\d{2,4}:\d\d:\d\d(\.\d{1,2})?$/;
  const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,2})?$/;
  const SCORE = /^(100|\d{1,2})(\.\d+)?$/;
  const IDENTIFIER = /^[A-Za-z0-9_-]{1,255}$/;
  const WRITABLE = [
    [/^cmi\.core\.lesson_location$/, new RegExp(`^${ASCII}{0,255}$`)],
    [/^cmi\.core\.lesson_status$/, /^(passed|completed|failed|incomplete|browsed)$/],
    [/^cmi\.core\.score\.(raw|min|max)$/, SCORE],
    [/^cmi\.core\.session_time$/, TIMESPAN],
    [/^cmi\.core\.exit$/, /^(time-out|suspend|logout|)$/],
    [/^cmi\.suspend_data$/, new RegExp(`^${ASCII}{0,4096}$`)],
    [/^cmi\.interactions\.\d+\.id$/, IDENTIFIER],
    [/^cmi\.interactions\.\d+\.time$/, TIME],
    [/^cmi\.interactions\.\d+\.type$/, /^(true-false|choice|fill-in|matching|performance|sequencing|likert|numeric)$/],
    [/^cmi\.interactions\.\d+\.result$/, /^(correct|wrong|unanticipated|neutral|-?\d+(\.\d+)?)$/],
    [/^cmi\.interactions\.\d+\.latency$/, TIMESPAN],
    [/^cmi\.interactions\.\d+\.student_response$/, "response"],
    [/^cmi\.interactions\.\d+\.correct_responses\.\d+\.pattern$/, "response"],
  ];
  const RESPONSES = {
    choice: /^[a-z0-9](,[a-z0-9])*$|^\{[a-z0-9](,[a-z0-9])*\}$/,
    "true-false": /^[tf01]/,
    "fill-in": /^[^\x00-\x1f]{0,255}$/,
  };
  const READABLE = {
    "cmi.core.lesson_mode": "normal",
    "cmi.core.credit": "credit",
    "cmi.core.lesson_status": "not attempted",
    "cmi.core.lesson_location": "",
    "cmi.core.score.raw": "",
    "cmi.suspend_data": "",
    "cmi.student_data.mastery_score": "",
  };

  window.StrictApi = class {
    constructor(given) {
      this.values = { ...READABLE, ...given };
      this.refusals = [];
      this.calls = [];
      this.state = "new";
      this.error = "0";
      this.answers = 0;
    }

    /** The values as a tree, as the LMS itself sees them. */
    get cmi() {
      const tree = {};
      for (const [element, value] of Object.entries(this.values)) {
        const parts = element.split(".").slice(1);
        const last = parts.pop();
        parts.reduce((node, part) => (node[part] ??= {}), tree)[last] = value;
      }
      return tree;
    }

    LMSInitialize(parameter) {
      return this.#answer("LMSInitialize", parameter === "" && this.state === "new", () => { this.state = "open"; });
    }

    LMSFinish(parameter) {
      return this.#answer("LMSFinish", parameter === "" && this.state === "open", () => { this.state = "closed"; });
    }

    LMSCommit(parameter) {
      return this.#answer("LMSCommit", parameter === "" && this.state === "open", () => {});
    }

    LMSGetValue(element) {
      if (element === "cmi.interactions._count") return String(this.answers);
      const isReadable = this.state === "open" && element in READABLE;
      if (!isReadable) this.#refuse(`LMSGetValue ${element} (${this.state})`, "201");
      return isReadable ? this.values[element] : "";
    }

    LMSSetValue(element, value) {
      const rule = WRITABLE.find(([name]) => name.test(element))?.[1];
      const isGood = this.state === "open" && typeof value === "string" && rule !== undefined && this.#fits(element, value, rule);
      if (!isGood) return this.#refuse(`LMSSetValue ${element}=${value} (${this.state})`, "405");
      this.values[element] = value;
      this.error = "0";
      return "true";
    }

    LMSGetLastError() {
      return this.error;
    }

    #fits(element, value, rule) {
      const [, index] = /^cmi\.interactions\.(\d+)\./.exec(element) ?? [];
      if (index !== undefined) {
        if (Number(index) > this.answers) return false;
        if (Number(index) === this.answers) {
          if (!element.endsWith(".id")) return false;
          this.answers += 1;
        }
      }
      if (rule !== "response") return rule.test(value);
      return RESPONSES[this.values[`cmi.interactions.${index}.type`]]?.test(value) ?? false;
    }

    #answer(call, isGood, change) {
      this.calls.push(call);
      if (!isGood) return this.#refuse(`${call} (${this.state})`, "101");
      change();
      this.error = "0";
      return "true";
    }

    #refuse(what, error) {
      this.refusals.push(what);
      this.error = error;
      return "false";
    }
  };
})();
