/* emo-status-page.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-status-page.h"

static void
title_cb (AdwStatusPage *page)
{
  GtkWidget *scroller = gtk_widget_get_first_child (GTK_WIDGET (page));

  gtk_accessible_update_property (GTK_ACCESSIBLE (scroller),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, adw_status_page_get_title (page),
                                  -1);
}

/**
 * emo_status_page_name_scroller:
 * @page: a page
 *
 * The name follows the title. To be called once for a page.
 */
void
emo_status_page_name_scroller (AdwStatusPage *page)
{
  g_return_if_fail (ADW_IS_STATUS_PAGE (page));
  g_return_if_fail (gtk_widget_get_first_child (GTK_WIDGET (page)) != NULL);

  g_signal_connect (page, "notify::title", G_CALLBACK (title_cb), NULL);
  title_cb (page);
}
