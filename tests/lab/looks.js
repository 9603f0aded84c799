// Finds faults of layout under an element, and returns a text for each.
root => {
    const SLACK = 1.5, LINE_SLACK = 3, LONGEST = 40;
    const ACTING = 'button, input, select, textarea, a[href], summary, [tabindex]:not([tabindex^="-"]), '
        + '[role=button], [role=option], [role=checkbox], [role=radio], [role=switch], [role=slider], [role=tab]';
    const DROPPING = '[role=listbox], [role=menu], [role=dialog], [role=tooltip], dialog, [popover]';
    const faults = [];

    const style = element => getComputedStyle(element);
    const up = element => element === root ? null : element.parentElement;
    const short = text => text.trim().replace(/\s+/g, ' ').slice(0, LONGEST);
    const name = element => {
        const kind = [element.localName, ...element.classList].join('.');
        return `<${kind}> "${short(element.value || element.textContent || element.ariaLabel || '')}"`;
    };

    // --- boxes ---

    const inner = element => {
        const box = element.getBoundingClientRect();
        const left = box.left + element.clientLeft, top = box.top + element.clientTop;
        return {left, top, right: left + element.clientWidth, bottom: top + element.clientHeight};
    };
    const within = (a, b) => ({
        left: Math.max(a.left, b.left), top: Math.max(a.top, b.top),
        right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom),
    });
    const exists = (box, slack) => box.right - box.left > slack && box.bottom - box.top > slack;
    const isAcross = (box, room) => box.right > room.right + SLACK || box.left < room.left - SLACK;
    const isDown = (box, room) => box.bottom > room.bottom + LINE_SLACK || box.top < room.top - LINE_SLACK;

    // --- what is seen of an element ---

    // What is for screen readers alone is one pixel, or clipped away.
    const hides = element => {
        const its = style(element), box = element.getBoundingClientRect();
        const tiny = its.overflow !== 'visible' && (box.width <= 1 || box.height <= 1);
        return tiny || its.opacity === '0' || its.clipPath === 'inset(50%)' || its.clip.startsWith('rect(');
    };
    const isSeen = element => {
        for (let one = element; one; one = up(one)) if (hides(one)) return false;
        return element.checkVisibility({visibilityProperty: true});
    };
    // What is placed by itself is clipped by what it is placed in, and not by what it stands in.
    const holders = element => {
        const found = [];
        let place = style(element).position;
        for (let one = up(element); one && place !== 'fixed'; one = up(one)) {
            const its = style(one).position;
            if (place === 'absolute' && its === 'static') continue;
            place = its;
            found.push(one);
        }
        return found;
    };
    const clips = element => style(element).overflowX !== 'visible' && style(element).display !== 'inline';
    const seenBox = element => holders(element).filter(clips)
        .reduce((box, one) => within(box, inner(one)), element.getBoundingClientRect());
    const isTitled = element => [element, ...holders(element)].some(one => one.title);

    // --- texts that are cut off ---

    const scrollsTo = (one, across, down) => {
        const {overflowX, overflowY} = style(one);
        return across && /auto|scroll/.test(overflowX) || down && /auto|scroll/.test(overflowY);
    };
    const saysSo = (one, element) =>
        (style(one).textOverflow === 'ellipsis' || style(one).webkitLineClamp !== 'none') && isTitled(element);
    const judgeText = (text, element) => {
        const range = document.createRange();
        range.selectNodeContents(text);
        const box = range.getBoundingClientRect();
        if (!box.width) return;
        for (const one of [element, ...holders(element)].filter(clips)) {
            const across = isAcross(box, inner(one)), down = isDown(box, inner(one));
            if (scrollsTo(one, across, down) || (across || down) && saysSo(one, element)) return;
            if (across || down) {
                faults.push(`cut off ${across ? 'at its side' : 'above or below'}: ${name(element)} in ${name(one)}`);
                return;
            }
        }
        const own = element.getBoundingClientRect();
        if (own.width && isAcross(box, own) || isAcross(box, root.getBoundingClientRect()))
            faults.push(`sticks out: the text of ${name(element)}`);
    };
    const isText = node => node.nodeType === Node.TEXT_NODE && node.textContent.trim();
    const judgeTexts = element => {
        if (element.matches('select, option, textarea, title, style, script') || element.closest('svg')) return;
        [...element.childNodes].filter(isText).forEach(text => judgeText(text, element));
    };

    const canvas = document.createElement('canvas').getContext('2d');
    const judgeField = element => {
        const its = style(element);
        const room = element.clientWidth - parseFloat(its.paddingLeft) - parseFloat(its.paddingRight);
        const chosen = element.selectedOptions?.[0]?.textContent.trim();
        const shown = chosen ?? (element.value ? '' : element.placeholder) ?? '';
        canvas.font = its.font;
        if (canvas.measureText(shown).width > room + SLACK && !isTitled(element))
            faults.push(`cut off at its side: "${short(shown)}" in ${name(element)}`);
    };

    // --- things to act on that overlap ---

    // What drops down covers what is below on purpose.
    const dropped = element => {
        const list = element.closest(DROPPING);
        return list && /absolute|fixed/.test(style(list).position) ? list : null;
    };
    const judgePair = ([one, box], [other, its]) => {
        const related = one.contains(other) || other.contains(one) || dropped(one) !== dropped(other);
        if (!related && exists(within(box, its), 2)) faults.push(`overlap: ${name(one)} and ${name(other)}`);
    };

    // --- what is too wide ---

    const judgeWidth = element => {
        const box = seenBox(element);
        if (exists(box, SLACK) && isAcross(box, root.getBoundingClientRect()))
            faults.push(`wider than the widget: ${name(element)}`);
    };
    const judgePlace = () => {
        const {right} = root.getBoundingClientRect();
        for (let one = root.parentElement; one; one = one.parentElement) {
            const over = right - inner(one).right;
            if (over > SLACK && (clips(one) || one === document.documentElement)) {
                faults.push(`the widget is ${Math.round(over)} px wider than <${one.localName}.${one.className}>`);
                return;
            }
        }
    };

    const all = [root, ...root.querySelectorAll('*')].filter(isSeen);
    all.forEach(judgeTexts);
    all.filter(one => one.matches('input, select')).forEach(judgeField);
    const actors = all.filter(one => one.matches(ACTING))
        .map(one => [one, seenBox(one)]).filter(([, box]) => exists(box, SLACK));
    actors.forEach((one, index) => actors.slice(index + 1).forEach(other => judgePair(one, other)));
    all.slice(1).forEach(judgeWidth);
    judgePlace();
    return faults;
}
