// Takes a card with Stripe's own field; the number never touches this site.
(function () {
  "use strict";
  const form = document.getElementById("card-form");
  const told = document.getElementById("card-told");
  if (!form || typeof window.Stripe !== "function") {
    if (form && told) told.textContent = form.dataset.failed;
    return;
  }
  const stripe = window.Stripe(form.dataset.key);
  const card = stripe.elements().create("card", { hidePostalCode: true });
  card.mount("#card-field");
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    told.textContent = form.dataset.wait;
    stripe
      .confirmCardPayment(form.dataset.secret, { payment_method: { card: card } })
      .then(function (result) {
        if (result.error) {
          told.textContent = result.error.message || form.dataset.failed;
          button.disabled = false;
        } else {
          window.location.assign(form.dataset.back);
        }
      })
      .catch(function () {
        told.textContent = form.dataset.failed;
        button.disabled = false;
      });
  });
})();
