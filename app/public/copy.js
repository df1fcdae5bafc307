// Copies the text that stands before a button, and says so. Without script there is no button, and
// the text is there to be marked.
for (const button of document.querySelectorAll('[data-copied]')) {
  button.onclick = async () => {
    const text = button.previousElementSibling;
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      // Over plain http there is no clipboard, but this old way to it.
      if (!document.execCommand('copy')) return;
    }
    button.lastChild.data = button.dataset.copied;
  };
}
