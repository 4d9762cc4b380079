// The button that takes the place where one stands; everything else of a map works without a script.
for (const picker of document.querySelectorAll("[data-place]")) {
  const button = picker.querySelector("[data-here]");
  const box = picker.querySelector("input[type=text]");
  const status = picker.querySelector("[data-here-status]");
  if (!navigator.geolocation || !button || !box) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    status.textContent = "";
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.disabled = false;
        box.value = `${coords.latitude.toFixed(6)}, ${coords.longitude.toFixed(6)}`;
        box.dispatchEvent(new Event("change", { bubbles: true }));
        status.textContent = box.value;
      },
      () => {
        button.disabled = false;
        status.textContent = button.dataset.failed;
      },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
}
