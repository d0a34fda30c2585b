// On a narrow screen the sections are a strip that scrolls: show the one where one is.

document.querySelector(".settings__link[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
