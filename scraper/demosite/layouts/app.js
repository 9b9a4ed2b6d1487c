(function () {
  "use strict";
  var app = document.getElementById("app");
  function add(parent, name, words, attributes) {
    var node = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    if (words) { node.textContent = words; }
    parent.appendChild(node);
    return node;
  }
  function menu(entries) {
    var list = add(add(app, "nav", "", { "class": "menu" }), "ul");
    entries.forEach(function (entry) { add(add(list, "li"), "a", entry[1], { href: entry[0] }); });
  }
  function front(told) {
    var main = add(app, "main");
    add(main, "h1", "Latest");
    told.stories.forEach(function (story) {
      var card = add(main, "div", "", { "class": "card" });
      add(add(card, "h3"), "a", story.title, { href: story.path });
      add(card, "span", story.day, { "class": "when" });
    });
  }
  function article(told) {
    var story = add(add(app, "main"), "article", "", { "class": "story" });
    document.title = told.title + " | " + told.site;
    add(story, "h1", told.title);
    var meta = add(story, "p", "", { "class": "meta" });
    add(meta, "span", "By " + told.authors.join(", "), { "class": "byline" });
    meta.appendChild(document.createTextNode(" · "));
    add(meta, "time", told.day, { datetime: told.published });
    var body = add(story, "div", "", { "class": "text" });
    told.paragraphs.forEach(function (words) { add(body, "p", words); });
    add(story, "p", "Source: " + told.credit, { "class": "source" });
  }
  function show(told) {
    menu(told.menu);
    (told.stories ? front : article)(told);
  }
  var place = location.pathname === "/" ? "/index" : location.pathname;
  fetch("/data" + place + ".json").then(function (answer) { return answer.json(); }).then(show);
}());
